# SPDX-License-Identifier: Apache-2.0
# with: shared_path
package agent_policy

import future.keywords.in
import future.keywords.if

test_shared_dir_source if {
	CopyFileRequest == true with input as {"path": "/x/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-a", "file_type": "Regular"}
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/common/mount_source_cpath", "/x"))
}

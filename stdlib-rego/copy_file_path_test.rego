# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-x"

copied(change) := result if {
	result := CopyFileRequest with input as object.union({"path": base, "file_type": "Regular", "symlink_target": null}, change)
}

test_copy_file_path if {
	CopyFileRequest == true with input as {"path": base}
	CopyFileRequest == false with input as {"path": "/etc/passwd"}
	CopyFileRequest == false with input as {"path": concat("", [base, "/../x"])}
}

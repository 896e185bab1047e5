# SPDX-License-Identifier: Apache-2.0
# with: copy_file_data
package agent_policy

import future.keywords.in
import future.keywords.if

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-x"

copied_file(change) := result if {
	result := CopyFileRequest with input as object.union({"path": base, "file_mode": 33188, "data": [97]}, change)
}

test_copy_file_path if {
	copied_file({}) == true
	copied_file({"path": "/etc/passwd"}) == false
	copied_file({"path": concat("", [base, "/../x"])}) == false
}

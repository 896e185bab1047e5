# SPDX-License-Identifier: Apache-2.0
# with: copy_file_data
package agent_policy

import future.keywords.in
import future.keywords.if

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-x"

copied_file(change) := result if {
	result := CopyFileRequest with input as object.union({"path": base, "file_type": "Regular", "symlink_target": null}, change)
}

test_copy_file_accepted[name] if {
	some name, change in {
		"file": {},
		"directory": {"file_type": "Directory"},
		"file below": {"path": concat("", [base, "/..data/a"])},
		"link": {"path": concat("", [base, "/a"]), "file_type": "Symlink", "symlink_target": "..data/a"},
		"link to nothing": {"path": concat("", [base, "/a"]), "file_type": "Symlink", "symlink_target": ""},
	}
	copied_file(change) == true
}

test_copy_file_refused[name] if {
	some name, change in {
		"elsewhere": {"path": "/etc/passwd"},
		"relative": {"path": trim_prefix(base, "/")},
		"below another root": {"path": concat("", ["/x", base])},
		"the rootfs": {"path": "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc/rootfs/x"},
		"up": {"path": concat("", [base, "/../y"])},
		"up at the end": {"path": concat("", [base, "/.."])},
		"unknown": {"file_type": "Unknown"},
		"link at the top": {"file_type": "Symlink", "symlink_target": "a"},
		"link up": {"path": concat("", [base, "/a"]), "file_type": "Symlink", "symlink_target": "../b"},
		"link up within": {"path": concat("", [base, "/a"]), "file_type": "Symlink", "symlink_target": "b/../../c"},
		"absolute link": {"path": concat("", [base, "/a"]), "file_type": "Symlink", "symlink_target": "/etc"},
		"link without target": {"path": concat("", [base, "/a"]), "file_type": "Symlink"},
		"path of another type": {"path": null},
	}
	copied_file(change) == false
}

test_copy_file_no_type if {
	CopyFileRequest == true with input as {"path": base, "file_mode": 33188, "data": []}
	CopyFileRequest == false with input as {"path": "/etc/passwd", "file_mode": 33188, "data": []}
	CopyFileRequest == false with input as {"path": concat("", [base, "/../x"]), "file_mode": 33188, "data": []}
	CopyFileRequest == false with input as {"path": concat("", [base, "/a"]), "file_mode": 41471, "data": [47]}
}

# SPDX-License-Identifier: Apache-2.0
# with: copy_file_path
package agent_policy

import future.keywords.in
import future.keywords.if

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-x"

linked(change) := result if {
	result := CopyFileRequest with input as object.union({"path": concat("", [base, "/..data"]), "file_mode": 41471, "symlink_src": "..2026_01_31_23_59_59.1234567890"}, change)
}

test_copy_file_link_accepted[name] if {
	some name, change in {
		"version of a volume": {},
		"key of a volume": {"path": concat("", [base, "/key"]), "symlink_src": "..data/key"},
		"file": {"path": base, "file_mode": 33188, "symlink_src": ""},
		"directory": {"path": base, "file_mode": 16877, "symlink_src": ""},
	}
	linked(change) == true
}

test_copy_file_link_refused[name] if {
	some name, change in {
		"at the top": {"path": base},
		"absolute": {"symlink_src": "/etc/passwd"},
		"absolute like a version": {"symlink_src": "/.2026_01_31_23_59_59.1"},
		"version and more": {"symlink_src": "..2026_01_31_23_59_59.1/a"},
		"relative": {"symlink_src": "a"},
		"up": {"symlink_src": "..data/../../x"},
		"up at the end": {"symlink_src": "..data/.."},
		"elsewhere": {"path": "/etc/a"},
		"file elsewhere": {"path": "/etc/a", "symlink_src": ""},
		"path up": {"path": concat("", [base, "/../a"])},
	}
	linked(change) == false
}

# What does not say where it points is no file.
test_copy_file_link_missing if {
	not linked_without
}

linked_without if {
	CopyFileRequest with input as {"path": concat("", [base, "/a"]), "file_mode": 41471}
}

# SPDX-License-Identifier: Apache-2.0
# with: copy_file_path
package agent_policy

import future.keywords.in
import future.keywords.if

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc-ce23cfeb91e75aaa-x"

linked(change) := result if {
	result := CopyFileRequest with input as object.union({"path": concat("", [base, "/a"]), "file_mode": 41471, "data": [46, 46, 100, 47, 97]}, change)
}

test_copy_file_data_accepted[name] if {
	some name, change in {
		"link": {},
		"link to nothing": {"data": []},
		"dots": {"data": [97, 46, 46, 47, 46, 46, 46, 47, 46]},
		"file of any content": {"path": base, "file_mode": 33188, "data": [47, 46, 46, 47]},
		"directory": {"path": base, "file_mode": 16877},
		"no mode": {"path": base, "file_mode": 0},
	}
	linked(change) == true
}

test_copy_file_data_refused[name] if {
	some name, change in {
		"at the top": {"path": base},
		"root": {"data": [47]},
		"absolute": {"data": [47, 101, 116, 99]},
		"up": {"data": [46, 46]},
		"up first": {"data": [46, 46, 47, 97]},
		"up within": {"data": [97, 47, 46, 46, 47, 98]},
		"up at the end": {"data": [97, 47, 46, 46]},
		"long": {"data": [97 | some _ in numbers.range(1, 4097)]},
		"among other bits": {"file_mode": 61439, "data": [47]},
		"no number": {"file_mode": "41471", "data": [47]},
		"elsewhere": {"path": "/etc/a"},
	}
	linked(change) == false
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

shared(path) if shared_path(path, ".*/.+")

base := "/run/kata-containers/shared/containers/81e5f43bc8599c5661e66f959ac28df5bfb30da23c5d583f2dcc6f9e0c5186dc"

test_shared_path_text[path] if {
	some path in ["-ce23cfeb91e75aaa-x/a", "-ce23cfeb91e75aaa-x-y//b", "-ce23cfeb91e75aaa-/a", "-ce23cfeb91e75aaa-x/"]
	shared_path(concat("", [base, path]), "")
}

test_shared_path_text_below[path] if {
	some path in ["-ce23cfeb91e75aaa-x/a", "-ce23cfeb91e75aaa-x-y//b", "-ce23cfeb91e75aaa-/a"]
	shared(concat("", [base, path]))
}

test_shared_path_text_refused[path] if {
	some path in [
		"",
		"-",
		"-ce23cfeb91e75aaa",
		"/rootfs",
		"0-ce23cfeb91e75aaa-x/a",
		"-ce23cfeb91e75aa-x/a",
		"-ce23cfeb91e75aaaa-x/a",
		"-CE23cfeb91e75aaa-x/a",
		"-ce23cfeb91e7/aaa-x/a",
		"-ce23cfeb91e75aaa-x/..",
		"-ce23cfeb91e75aaa-x/../a",
	]
	not shared_path(concat("", [base, path]), "")
}

test_shared_path_text_not_below[path] if {
	some path in ["-ce23cfeb91e75aaa-x", "-ce23cfeb91e75aaa-x/", "-ce23cfeb91e75aaa-x\n/a"]
	not shared(concat("", [base, path]))
}

test_shared_path_text_elsewhere[path] if {
	some path in ["/etc/passwd", concat("", ["/x", base, "-ce23cfeb91e75aaa-x"]), trim_prefix(concat("", [base, "-ce23cfeb91e75aaa-x"]), "/")]
	not shared_path(path, "")
}

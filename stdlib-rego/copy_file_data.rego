# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Agents before Kata 3.29 find the kind of a file in its mode, and the target
# of a link in its data.  They make a link wherever these bits are set.

copied(path) if {
	bits.and(input.file_mode, 40960) != 40960
	shared_path(path, "")
}

# A link below a directory, to somewhere below that directory: the target
# does not begin with "/" (47), and ".." (46) is no part of it.
copied(path) if {
	bits.and(input.file_mode, 40960) == 40960
	shared_path(path, ".*/.+")
	count(input.data) <= 4096
	bytes := concat("/", [format_int(b, 10) | some b in input.data])
	target := concat("", ["/", bytes, "/"])
	not startswith(target, "/47/")
	not contains(concat("", ["/47", target, "47/"]), "/47/46/46/47/")
}

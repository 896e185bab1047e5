# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A path below one of the shared directories: the id of a bundle, 16 digits,
# and a name, for which there is a pattern.
# explain: path
shared_path(path, suffix) if {
	parts := split(path, "/")
	not ".." in parts
	some dir in policy_data.shared
	startswith(path, dir)
	words := split(substring(path, count(dir), -1), "-")
	count(words) > 2
	count(words[0]) == 64
	count(words[1]) == 16
	trim(concat("", [words[0], words[1]]), "0123456789abcdefghijklmnopqrstuvwxyz") == ""
	regex.match(concat("", ["^", suffix]), concat("-", array.slice(words, 2, count(words))))
}

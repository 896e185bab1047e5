# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A file that the host shares: its name follows the bundle and 16 digits.
mount_source(p, s) if {
	file := p[3]
	some prefix in shared_prefixes
	startswith(s, prefix)
	rest := trim_prefix(s, prefix)
	number := substring(rest, 0, 16)
	concat("-", [number, file]) == rest
	trim(number, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

shared_prefixes := [concat("", [dir, bundle_id, "-"]) | some dir in policy_data.shared]

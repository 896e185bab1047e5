# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# One live container of each name.
# explain: unique
unique if {
	live := [k |
		some k, v in data.pstate
		startswith(k, "c:")
		v == index
	]
	count(live) == 0
}

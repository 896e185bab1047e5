# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A pattern, with what is known at run time.
mount_source(p, s) if {
	strings.any_prefix_match(p[2], ["^", "$("])
	full(expand(p[2], shared_dir), s)
}

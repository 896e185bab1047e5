# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Each variable is one of the policy's or what a pattern allows.
# explain: env
env(p) if {
	every e in p.Env {
		variable(e)
	}
}

variable(e) if e in wanted_process.Env

variable(e) if {
	some pattern in policy_data.env
	regex.match(pattern, e)
}

variable(e) if {
	some t in want.templates
	full(filled(t), e)
}

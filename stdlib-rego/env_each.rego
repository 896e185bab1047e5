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
	some pattern in defaults.CreateContainerRequest.allow_env_regex
	regex.match(env_pattern(pattern), e)
}

variable(e) if {
	some w in wanted_process.Env
	contains(w, "$(")
	full(template(w), e)
}

env_pattern(pattern) := replace(
	replace(
		replace(
			replace(pattern, "$(ipv4_a)", common.ipv4_a),
			"$(ip_p)", common.ip_p,
		),
		"$(svc_name_downward_env)", common.svc_name_downward_env,
	),
	"$(dns_label)", common.dns_label,
)

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

variable(e) if e in want.OCI.Process.Env

variable(e) if {
	some pattern in policy_data.request_defaults.CreateContainerRequest.allow_env_regex
	regex.match(env_pattern(pattern), e)
}

variable(e) if {
	some w in want.OCI.Process.Env
	contains(w, "$(")
	full(template(w), e)
}

env_pattern(pattern) := replace(
	replace(
		replace(
			replace(pattern, "$(ipv4_a)", policy_data.common.ipv4_a),
			"$(ip_p)", policy_data.common.ip_p,
		),
		"$(svc_name_downward_env)", policy_data.common.svc_name_downward_env,
	),
	"$(dns_label)", policy_data.common.dns_label,
)

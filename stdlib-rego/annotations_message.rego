# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Where the last words of a container go: what every container has.
annotation(k, v) if {
	k == "io.kubernetes.container.terminationMessagePath"
	type == "container"
	startswith(v, "/")
	not contains(v, "\n")
}

annotation(k, v) if {
	k == "io.kubernetes.container.terminationMessagePolicy"
	type == "container"
	v in ["File", "FallbackToLogsOnError"]
}

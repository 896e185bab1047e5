# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The same, for all containers.
annotation(k, v) if {
	some key, value in common.dynamic_annotations
	full(key, k)
	full(value, v)
}

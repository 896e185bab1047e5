# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Annotations whose value matters to the guest, per container.
annotation(k, v) if {
	some key, value in want.runtime_anno_patterns
	full(key, k)
	full(value, v)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Another version of the runtime mounts it read-only where the policy would
# let it be written.
mount(p, k, m) if {
	k[0] == "sysfs"
	[k[0], p[2]] == [m.type_, m.source]
	{o | some o in array.concat(m.options, ["rw"])} == {o | some o in array.concat(k[1], ["ro"])}
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# containerd sends a variable of the image also where the pod sets another
# value.  The later one counts, so the image's must not come last.
# explain: overridden
overridden if {
	every e in object.get(want, "env_overridden", []) {
		not last(e)
	}
}

last(e) if {
	prefix := concat("", [split(e, "=")[0], "="])
	same_name := [v | some v in input.OCI.Process.Env; startswith(v, prefix)]
	count(same_name) > 0
	same_name[count(same_name) - 1] == e
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# "$$" stands for "$"; what is known at run time stands as $(token).
# explain: args
args if {
	wanted := object.get(wanted_process, "Args", [])
	count(oci.Process.Args) == count(wanted)
	every i, a in oci.Process.Args {
		argument(replace(wanted[i], "$$", "$"), a)
	}
}

argument(wanted, a) if wanted == a

argument(wanted, a) if {
	contains(wanted, "$(")
	full(template(wanted), a)
}

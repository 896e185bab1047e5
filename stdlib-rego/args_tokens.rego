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
		argument(i, wanted[i], a)
	}
}

argument(_, w, a) if a == replace(w, "$$", "$")

argument(i, _, a) if full(filled(want.arguments[i]), a)

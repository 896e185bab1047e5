# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# "$$" stands for "$".
# explain: args
args if {
	wanted := object.get(wanted_process, "Args", [])
	count(oci.Process.Args) == count(wanted)
	every i, a in oci.Process.Args {
		a == replace(wanted[i], "$$", "$")
	}
}

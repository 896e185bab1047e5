# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# explain: linux
linux if {
	found := oci.Linux
	w := policy_data.linux[want.linux]
	every p in w.MaskedPaths {
		p in found.MaskedPaths
	}
	every p in w.ReadonlyPaths {
		p in array.concat(found.ReadonlyPaths, found.MaskedPaths)
	}
	every d in found.Devices {
		some x in w.Devices
		x.Path == d.Path
	}
	every k, v in found.Sysctl {
		w.Sysctl[k] == v
	}
}

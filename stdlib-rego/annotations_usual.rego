# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# No annotations but those that the runtime adds, whatever their value.
annotation(k, _) if k in ["io.katacontainers.pkg.oci.bundle_path", "io.katacontainers.pkg.oci.container_type"]

annotation(k, _) if {
	k == "nerdctl/network-namespace"
	type == "sandbox"
}

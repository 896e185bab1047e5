# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The pod is the one that the policy is for.
# explain: names
names if {
	full(object.get(wanted_anno, "io.kubernetes.cri.sandbox-name", "(?s).*"), sandbox_name)
	wanted_anno["io.kubernetes.cri.sandbox-namespace"] in ["", sandbox_namespace]
	full(wanted_anno["io.kubernetes.cri.sandbox-id"], sandbox_id)
}

wanted_name := wanted_anno["io.kubernetes.cri.sandbox-name"]

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The container of the policy that a request is for: of its type and name.
matching := [i |
	some i, c in policy_data.containers
	type == c.OCI.Annotations["io.kubernetes.cri.container-type"]
	name == object.get(c.OCI.Annotations, "io.kubernetes.cri.container-name", null)
]

index := matching[0] if count(matching) == 1

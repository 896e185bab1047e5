# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

RemoveContainerRequest := {"allowed": true, "ops": [{"op": "remove", "path": concat("", ["/pstate/", key])}]} if {
	key := concat("", ["c:", input.container_id])
	data.pstate[key]
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

RemoveContainerRequest := {"allowed": true, "ops": [{"op": "remove", "path": concat("", ["/pstate/c:", input.container_id])}]} if removable

# explain: remove-container
removable if data.pstate[concat("", ["c:", input.container_id])]

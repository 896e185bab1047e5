# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

changed := [{"op": "add", "path": "/containers/2/env_overridden", "value": ["MODE=old"]}]

sent(list) if created_with(
	array.concat(changed, added("/containers/2/OCI/Process/Env/-", "MODE=old")),
	create_web, replaced("/OCI/Process/Env", list),
)

test_overridden if {
	sent(["MODE=old", "MODE=fast"])
	sent(["MODE=fast"])
}

test_overridden_last if {
	not sent(["MODE=fast", "MODE=old"])
	not sent(["MODE=old"])
}

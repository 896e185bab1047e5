# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_devices_none_accepted[name] if {
	some name, patch in {
		"none": [],
	}
	created(create_web, patch)
}

test_devices_none_refused[name] if {
	some name, patch in {
		"one": replaced("/devices", [{"id": "", "type_": "", "vm_path": "", "container_path": "/dev/xvda", "options": []}]),
		"null": replaced("/devices", null),
	}
	not created(create_web, patch)
}

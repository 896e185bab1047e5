# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_storages_none_accepted[name] if {
	some name, patch in {
		"image only": [],
	}
	created(create_pause, patch)
}

test_storages_none_refused[name] if {
	some name, patch in {
		"another": added("/storages/-", create_web.storages[2]),
	}
	not created(create_pause, patch)
}

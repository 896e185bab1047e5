# SPDX-License-Identifier: Apache-2.0
# with: image_any
package agent_policy

import future.keywords.in
import future.keywords.if

test_storages_first_none_accepted[name] if {
	some name, patch in {
		"image only": [],
	}
	created(create_pause, patch)
}

test_storages_first_none_refused[name] if {
	some name, patch in {
		"another": added("/storages/-", create_web.storages[2]),
		"no image": replaced("/storages", []),
	}
	not created(create_pause, patch)
}

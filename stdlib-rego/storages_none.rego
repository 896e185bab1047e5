# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Nothing but the image is mounted by the guest.
# explain: storages
storages if {
	every s in input.storages {
		s.driver == "image_guest_pull"
	}
}

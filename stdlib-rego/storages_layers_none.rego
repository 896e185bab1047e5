# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Layers, and nothing else.
# explain: storages
storages if {
	every s in input.storages {
		of_image(s)
	}
}

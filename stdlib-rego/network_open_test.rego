# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_network_open if {
	UpdateInterfaceRequest == true with input as {"interface": null}
	UpdateRoutesRequest == true with input as {"routes": null}
	AddARPNeighborsRequest == false with input as {"neighbors": {"ARPNeighbors": []}}
}

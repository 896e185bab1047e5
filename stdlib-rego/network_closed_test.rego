# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_network_closed if {
	UpdateInterfaceRequest == false with input as {"interface": {"name": "eth0"}}
	UpdateRoutesRequest == false with input as {"routes": {"Routes": []}}
}

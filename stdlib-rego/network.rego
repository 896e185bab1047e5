# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The host may configure the network, but not take over the loopback.

default UpdateInterfaceRequest := false

default UpdateRoutesRequest := false

# explain: add-arp-neighbors
AddARPNeighborsRequest if {
	neighbors := input.neighbors.ARPNeighbors
	every n in neighbors {
		interface := n.device
		not interface in defaults.AddARPNeighborsRequest.forbidden_device_names
		n.toIPAddress.mask == ""
		address := n.toIPAddress.address
		every pattern in defaults.AddARPNeighborsRequest.forbidden_cidrs_regex {
			not regex.match(pattern, address)
		}
		allowed_state(n.state)
		bits.or(n.flags, 136) == 136
	}
}

# explain: update-interface
UpdateInterfaceRequest if {
	flags := defaults.UpdateInterfaceRequest.allow_raw_flags
	bits.or(input.interface.raw_flags, flags) == flags
	interface := input.interface.name
	not interface in defaults.UpdateInterfaceRequest.forbidden_names
	address := input.interface.hwAddr
	not address in defaults.UpdateInterfaceRequest.forbidden_hw_addrs
}

# explain: update-routes
UpdateRoutesRequest if {
	routes := input.routes.Routes
	every r in routes {
		interface := r.device
		not interface in defaults.UpdateRoutesRequest.forbidden_device_names
		from := r.source
		every pattern in defaults.UpdateRoutesRequest.forbidden_source_regex {
			not regex.match(pattern, from)
		}
	}
}

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
	rules := defaults.AddARPNeighborsRequest
	neighbors := input.neighbors.ARPNeighbors
	every n in neighbors {
		interface := n.device
		not interface in rules.forbidden_device_names
		n.toIPAddress.mask == ""
		address := n.toIPAddress.address
		every pattern in rules.forbidden_cidrs_regex {
			not regex.match(pattern, address)
		}
		n.state in object.get(rules, "allowed_states", [n.state])
		bits.or(n.flags, 136) == 136
	}
}

# explain: update-interface
UpdateInterfaceRequest if {
	rules := defaults.UpdateInterfaceRequest
	bits.or(input.interface.raw_flags, rules.allow_raw_flags) == rules.allow_raw_flags
	interface := input.interface.name
	not interface in rules.forbidden_names
	address := input.interface.hwAddr
	not address in rules.forbidden_hw_addrs
}

# explain: update-routes
UpdateRoutesRequest if {
	rules := defaults.UpdateRoutesRequest
	routes := input.routes.Routes
	every r in routes {
		interface := r.device
		not interface in rules.forbidden_device_names
		from := r.source
		every pattern in rules.forbidden_source_regex {
			not regex.match(pattern, from)
		}
	}
}

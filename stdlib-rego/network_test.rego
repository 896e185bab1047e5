# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

neighbor := {"toIPAddress": {"family": 0, "address": "10.0.0.1", "mask": ""}, "device": "eth0", "lladdr": "x", "state": 128, "flags": 8}

neighbors(patch) := result if {
	result := AddARPNeighborsRequest with input as {"neighbors": {"ARPNeighbors": [neighbor, json.patch(neighbor, patch)]}}
}

test_neighbors_accepted[name] if {
	some name, patch in {
		"all": [],
		"router": replaced("/flags", 136),
		"no flags": replaced("/flags", 0),
		"reachable": replaced("/state", 2),
	}
	neighbors(patch) == true
}

test_neighbors_refused[name] if {
	some name, patch in {
		"device": replaced("/device", "lo"),
		"mask": replaced("/toIPAddress/mask", "24"),
		"loopback": replaced("/toIPAddress/address", "127.0.0.1"),
		"no address": replaced("/toIPAddress", null),
		"state": replaced("/state", 1),
		"flags": replaced("/flags", 1),
		"negative flags": replaced("/flags", -1),
	}
	neighbors(patch) == false
}

test_neighbors_null if {
	AddARPNeighborsRequest == false with input as {"neighbors": null}
	AddARPNeighborsRequest == true with input as {"neighbors": {"ARPNeighbors": []}}
}

interface(patch) := result if {
	result := UpdateInterfaceRequest with input as json.patch({"interface": {"device": "eth0", "name": "eth0", "IPAddresses": [], "mtu": 1500, "hwAddr": "9a:e4:18:6c:38:fc", "type_": "", "raw_flags": 128}}, patch)
}

test_interface if {
	interface([]) == true
	interface(replaced("/interface/raw_flags", 0)) == true
}

test_interface_refused[name] if {
	some name, patch in {
		"flags": replaced("/interface/raw_flags", 129),
		"name": replaced("/interface/name", "lo"),
		"address": replaced("/interface/hwAddr", "00:00:00:00:00:00"),
		"null": replaced("/interface", null),
	}
	interface(patch) == false
}

routes(list) := result if {
	result := UpdateRoutesRequest with input as {"routes": {"Routes": list}}
}

test_routes if {
	routes([]) == true
	routes([{"device": "eth0", "source": ""}, {"device": "eth0", "source": "10.0.0.1"}]) == true
	UpdateRoutesRequest == false with input as {"routes": null}
}

test_routes_refused[source] if {
	some source in ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"]
	routes([{"device": "eth0", "source": ""}, {"device": "eth0", "source": source}]) == false
}

test_routes_loopback if routes([{"device": "lo", "source": ""}]) == false

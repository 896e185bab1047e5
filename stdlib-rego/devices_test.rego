# SPDX-License-Identifier: Apache-2.0
# with: devices annotations_patterns
package agent_policy

import future.keywords.in
import future.keywords.if

has_devices := [
	{"op": "add", "path": "/devices", "value": {"vfio": {"device_path": "/dev/vfio/devices/vfio"}}},
	{"op": "add", "path": "/containers/2/devices", "value": [
		{"id": "", "type_": "", "vm_path": "", "container_path": "/dev/xvda", "options": []},
		{"id": "", "type_": "vfio-pci-gk", "vm_path": "", "container_path": "/dev/vfio/devices/vfio", "options": []},
		{"id": "", "type_": "vfio-pci-gk", "vm_path": "", "container_path": "/dev/vfio/devices/vfio", "options": []},
	]},
	{"op": "add", "path": "/containers/2/runtime_anno_patterns", "value": {"^cdi\\.k8s\\.io/vfio[0-9]+$": "^nvidia\\.com/gpu=[0-9]+$", "^io\\.kubernetes\\.container\\.termination.*$": ".*"}},
]

gpu(n) := {
	"id": concat("", ["vfio", n]),
	"type_": "vfio-pci-gk",
	"vm_path": "",
	"container_path": concat("", ["/dev/vfio/devices/vfio", n]),
	"options": ["0000:01:00.0=02/00"],
}

request_gpu := json.patch(create_web, [
	{"op": "replace", "path": "/devices", "value": [
		{"id": "x", "type_": "blk", "vm_path": "/dev/vda", "container_path": "/dev/xvda", "options": []},
		gpu("0"),
		gpu("1"),
	]},
	{"op": "add", "path": "/OCI/Annotations/cdi.k8s.io~1vfio0", "value": "nvidia.com/gpu=0"},
	{"op": "add", "path": "/OCI/Annotations/cdi.k8s.io~1vfio1", "value": "nvidia.com/gpu=1"},
])

test_devices_accepted[name] if {
	some name, patch in {
		"hot plug": [],
		"cold plug": replaced("/devices", []),
		"no block device": removed("/devices/0"),
	}
	created_with(has_devices, request_gpu, patch)
}

test_devices_refused[name] if {
	some name, patch in {
		"another path": replaced("/devices/0/container_path", "/dev/mem"),
		"one missing": removed("/devices/1"),
		"twice the same": replaced("/devices/1", gpu("1")),
		"another number": replaced("/devices/1", gpu("2")),
		"no annotation": removed("/OCI/Annotations/cdi.k8s.io~1vfio1"),
		"more annotations": added("/OCI/Annotations/cdi.k8s.io~1vfio2", "nvidia.com/gpu=2"),
		"no number": replaced("/devices/1", gpu("x")),
		"id": replaced("/devices/1/id", "vfio1"),
		"type": replaced("/devices/1/type_", "vfio-pci"),
		"path in the guest": replaced("/devices/1/vm_path", "/dev/x"),
		"no options": replaced("/devices/1/options", []),
		"option": replaced("/devices/1/options/0", "x"),
		"three": added("/devices/-", gpu("2")),
		"the path of all": replaced("/devices/1/container_path", "/dev/vfio/devices/vfio"),
	}
	not created_with(has_devices, request_gpu, patch)
}

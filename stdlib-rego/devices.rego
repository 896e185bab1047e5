# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Block volumes by their path in the container; VFIO devices by type, address
# and number.
# explain: devices
devices if {
	every d in input.devices {
		device(d)
	}
	numbers := [n |
		some d in input.devices
		startswith(d.container_path, vfio)
		n := trim_prefix(d.container_path, vfio)
	]
	plugged(numbers)
}

vfio := policy_data.devices.vfio.device_path

device(d) if {
	path := d.container_path
	not startswith(path, vfio)
	some w in want.devices
	w.container_path == path
}

device(d) if {
	startswith(d.container_path, vfio)
	n := trim_prefix(d.container_path, vfio)
	regex.match("^[0-9]+$", n)
	d.id == concat("", ["vfio", n])
	some w in want.devices
	[w.container_path, w.type_, w.vm_path] == [vfio, d.type_, d.vm_path]
	count(d.options) > 0
	every o in d.options {
		regex.match("^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]=[0-9a-fA-F]{2}/[0-9a-fA-F]{2}$", o)
	}
}

vfio_count := count([w | some w in want.devices; w.container_path == vfio])

cdi := {trim_prefix(k, "cdi.k8s.io/vfio") |
	some k, _ in anno
	regex.match("^cdi\\.k8s\\.io/vfio[0-9]+$", k)
}

# None.
plugged(numbers) if {
	numbers == []
	vfio_count == 0
}

# Hot: each is there, with its annotation.
plugged(numbers) if {
	count(numbers) == vfio_count
	{n | some n in numbers} == cdi
	count(cdi) == vfio_count
}

# Cold: only the annotations are there.
plugged(numbers) if {
	numbers == []
	vfio_count > 0
	count(cdi) == vfio_count
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The image is its layers, each checked by the guest's kernel against a root
# hash, and what lays them over each other.

# explain: image
image if {
	found := [s | some s in input.storages; of_image(s)]
	count(found) == count(array.concat(want.layers, ["overlay"]))
	every l in want.layers {
		some s in found
		layer(l, s)
	}
	some s in found
	overlay(s)
}

of_image(s) if s.fstype in ["tar", "fuse3.kata-overlay"]

layer(l, s) if {
	[s.driver, s.driver_options, s.fs_group] == ["blk", [], null]
	s.fstype == "tar"
	s.mount_point == concat("", ["/run/kata-containers/sandbox/layers/", l[0]])
	s.options == ["ro", "io.katacontainers.fs-opt.block_device=file", "io.katacontainers.fs-opt.is-layer", root_hash(l)]
}

root_hash(l) := concat("", ["io.katacontainers.fs-opt.root-hash=", l[1]])

overlay(s) if {
	[s.driver, s.driver_options, s.fs_group] == ["overlayfs", [], null]
	s.fstype == "fuse3.kata-overlay"
	s.mount_point == oci.Root.Path
	full(overlay_source, s.options[0])
	array.slice(s.options, 1, count(s.options)) == array.concat(overlay_layers, [
		"io.katacontainers.fs-opt.overlay-rw",
		concat("", ["lowerdir=", concat(":", [l[0] | some l in want.layers])]),
	])
}

# Where the snapshotter of the node keeps layers: AKS's own or Contrast's.
overlay_source := "io\\.katacontainers\\.fs-opt\\.layer-src-prefix=/var/lib/containerd/io\\.containerd\\.snapshotter\\.v1\\.tardev(-contrast-cc-(aks|k3s|rke2)-(qemu|clh)-(snp|tdx)-[a-f0-9]{8})?/layers"

overlay_layers := [o |
	some l in want.layers
	o := concat("", ["io.katacontainers.fs-opt.layer=", base64.encode(concat(",", [
		l[0],
		"tar,ro,io.katacontainers.fs-opt.block_device=file,io.katacontainers.fs-opt.is-layer",
		root_hash(l),
	]))])
]

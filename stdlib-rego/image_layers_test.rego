# SPDX-License-Identifier: Apache-2.0
# with: storages_layers_none
package agent_policy

import future.keywords.in
import future.keywords.if

bundle := create_web.OCI.Root.Path

opt := "io.katacontainers.fs-opt"

layer_of(name_of, hash_of) := {
	"driver": "blk",
	"driver_options": [],
	"source": "0001:00:01.0",
	"fstype": "tar",
	"options": ["ro", concat("", [opt, ".block_device=file"]), concat("", [opt, ".is-layer"]), concat("", [opt, ".root-hash=", hash_of])],
	"mount_point": concat("", ["/run/kata-containers/sandbox/layers/", name_of]),
	"fs_group": null,
}

tardev := "/var/lib/containerd/io.containerd.snapshotter.v1.tardev"

overlay_of(source, names) := {
	"driver": "overlayfs",
	"driver_options": [],
	"source": "none",
	"fstype": "fuse3.kata-overlay",
	"options": [
		concat("", [opt, ".layer-src-prefix=", source, "/layers"]),
		concat("", [opt, ".layer=dG9wLHRhcixybyxpby5rYXRhY29udGFpbmVycy5mcy1vcHQuYmxvY2tfZGV2aWNlPWZpbGUsaW8ua2F0YWNvbnRhaW5lcnMuZnMtb3B0LmlzLWxheWVyLGlvLmthdGFjb250YWluZXJzLmZzLW9wdC5yb290LWhhc2g9MTE="]),
		concat("", [opt, ".layer=bG93LHRhcixybyxpby5rYXRhY29udGFpbmVycy5mcy1vcHQuYmxvY2tfZGV2aWNlPWZpbGUsaW8ua2F0YWNvbnRhaW5lcnMuZnMtb3B0LmlzLWxheWVyLGlvLmthdGFjb250YWluZXJzLmZzLW9wdC5yb290LWhhc2g9MDA="]),
		concat("", [opt, ".overlay-rw"]),
		concat("", ["lowerdir=", names]),
	],
	"mount_point": bundle,
	"fs_group": null,
}

layered := [layer_of("top", "11"), layer_of("low", "00"), overlay_of(tardev, "top:low")]

accepted_image(found) if {
	image with input as json.patch(create_web, replaced("/storages", found))
}

test_image_layers_accepted[name] if {
	some name, found in {
		"as sent": layered,
		"another order": array.reverse(layered),
		"a volume beside": array.concat(layered, [create_web.storages[1]]),
		"a node of Contrast": json.patch(layered, replaced("/2", overlay_of(concat("-", [tardev, "contrast-cc-aks-clh-snp-0123abcd"]), "top:low"))),
	}
	accepted_image(found)
}

test_image_layers_refused[name] if {
	some name, patch in {
		"another hash": replaced("/1", layer_of("low", "01")),
		"hash of another layer": replaced("/1", layer_of("low", "11")),
		"another name": replaced("/0", layer_of("tip", "11")),
		"the same layer twice": replaced("/1", layer_of("top", "11")),
		"a layer too many": added("/0", layer_of("top", "11")),
		"a layer missing": removed("/0"),
		"no overlay": removed("/2"),
		"two overlays": added("/-", layered[2]),
		"writable layer": replaced("/0/options/0", "rw"),
		"without its hash": removed("/0/options/3"),
		"option of a layer": added("/0/options/-", "x"),
		"driver option": replaced("/0/driver_options", ["x"]),
		"driver of a layer": replaced("/0/driver", "local"),
		"group of a layer": replaced("/0/fs_group", {"group_id": 1, "group_change_policy": 0}),
		"order below": replaced("/2/options/4", "lowerdir=low:top"),
		"order of options": [{"op": "move", "from": "/2/options/1", "path": "/2/options/2"}],
		"another hash below": replaced("/2/options/2", layered[2].options[1]),
		"read-only": removed("/2/options/3"),
		"option of the overlay": added("/2/options/-", "x"),
		"elsewhere": replaced("/2/mount_point", "/run"),
		"driver of the overlay": replaced("/2/driver", "blk"),
		"a node elsewhere": replaced("/2/options/0", concat("", [opt, ".layer-src-prefix=/tmp/layers"])),
		"a node like Contrast's": replaced("/2", overlay_of(concat("-", [tardev, "contrast-cc-aks-clh-snp-0123abcdef"]), "top:low")),
		"a prefix alone": replaced("/2/options/0", concat("", [opt, ".layer-src-prefix=", tardev, "/layers/x"])),
		"no options": replaced("/2/options", []),
	}
	not accepted_image(json.patch(layered, patch))
}

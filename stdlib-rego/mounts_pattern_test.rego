# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A source below the sandbox's own directory.
local := [
	{"op": "replace", "path": "/mounts/15/2", "value": "^$(cpath)/$(sandbox-id)/rootfs/local/tmp$"},
	{"op": "replace", "path": "/common/cpath", "value": "/run/kata-containers/shared/containers"},
]

moved(source) if {
	created_with(local, create_web, [{"op": "replace", "path": concat("", ["/OCI/Mounts/", format_int(i, 10), "/source"]), "value": concat("", [source])} |
		some i, m in create_web.OCI.Mounts
		m.destination == "/tmp"
	])
}

inside(text) := concat("", ["/run/kata-containers/shared/containers/", create_web.OCI.Annotations["io.kubernetes.cri.sandbox-id"], text])

test_mounts_pattern if moved(inside("/rootfs/local/tmp"))

test_mounts_pattern_refused[source] if {
	some source in [
		inside("/rootfs/local/tmpx"),
		concat("", ["/x", inside("/rootfs/local/tmp")]),
		inside("x/rootfs/local/tmp"),
		"/run/kata-containers/sandbox/ephemeral/tmp",
		"",
	]
	not moved(source)
}

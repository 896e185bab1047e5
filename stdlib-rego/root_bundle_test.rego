# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

changed := [
	{"op": "replace", "path": "/containers/2/OCI/Root/Path", "value": "$(cpath)/$(bundle-id)"},
	{"op": "replace", "path": "/common/cpath", "value": "/run/kata-containers/shared/containers"},
]

tasks := "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"

web := create_web.container_id

bundle(annotation_of, path) := result if {
	result := bundle_id with input as json.patch(create_web, array.concat(
		replaced("/OCI/Root/Path", path),
		replaced("/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path", annotation_of),
	))
		with data.agent_policy.policy_data as json.patch(policy_data, changed)
}

shared(name_of) := concat("/", ["/run/kata-containers/shared/containers", name_of])

test_root_bundle if bundle(concat("", [tasks, web]), shared(web)) == web

test_root_bundle_refused[name] if {
	some name, pair in {
		"another path": [concat("", [tasks, web]), shared("x")],
		"below": [concat("", [tasks, web]), concat("", [shared(web), "/rootfs"])],
		"another directory": [concat("", ["/tmp/", web]), shared(web)],
		"short": [concat("", [tasks, "a.b"]), shared("a.b")],
		"prefix twice": [concat("", [tasks, tasks, web]), shared(web)],
		"line break": [concat("", [tasks, web, "\n"]), concat("", [shared(web), "\n"])],
	}
	not bundle(pair[0], pair[1])
}

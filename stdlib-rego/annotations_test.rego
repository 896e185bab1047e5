# SPDX-License-Identifier: Apache-2.0
# with: annotations
package agent_policy

import future.keywords.in
import future.keywords.if

labelled := [
	{"op": "add", "path": "/containers/2/OCI/Annotations/team", "value": "red"},
	{"op": "add", "path": "/containers/2/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path", "value": ""},
	{"op": "add", "path": "/containers/2/OCI/Annotations/io.katacontainers.pkg.oci.container_type", "value": ""},
]

test_annotations_accepted[name] if {
	some name, patch in {
		"of the pod": added("/OCI/Annotations/team", "blue"),
		"of the runtime": added("/OCI/Annotations/io.kubernetes.cri.x", "y"),
	}
	created_with(labelled, create_web, patch)
}

test_annotations_refused[name] if {
	some name, patch in {
		"another": added("/OCI/Annotations/teams", "blue"),
	}
	not created_with(labelled, create_web, patch)
}

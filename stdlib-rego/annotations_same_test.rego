# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_annotations_same_accepted[name] if {
	some name, patch in {
		"of the runtime": added("/OCI/Annotations/io.kubernetes.cri.x", "y"),
		"missing": removed("/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path"),
		"value": replaced("/OCI/Annotations/io.katacontainers.pkg.oci.bundle_path", "x"),
	}
	created(create_web, patch)
}

test_annotations_same_refused[name] if {
	some name, patch in {
		"another": added("/OCI/Annotations/io.katacontainers.config.hypervisor.x", "y"),
		"network namespace": added("/OCI/Annotations/nerdctl~1network-namespace", "x"),
	}
	not created(create_web, patch)
}

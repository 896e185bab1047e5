# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_kind_accepted[name] if {
	some name, patch in {
		"all": [],
	}
	created(create_pause, patch)
}

test_kind_refused[name] if {
	some name, patch in {
		"name": added("/OCI/Annotations/io.kubernetes.cri.container-name", "web"),
		"kata type": replaced("/OCI/Annotations/io.katacontainers.pkg.oci.container_type", "pod_container"),
		"no network": removed("/OCI/Annotations/nerdctl~1network-namespace"),
		"network": replaced("/OCI/Annotations/nerdctl~1network-namespace", "/proc/1/ns/net"),
		"logs": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-log-directory", "/x"),
		"logs of another": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-log-directory", "/var/log/pods/shop_web-1_01234567-0123-4567-89ab-0123456789ab"),
		"more behind": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-log-directory", "/var/log/pods/shop_web-0_01234567-0123-4567-89ab-0123456789ab/x"),
		"no logs": removed("/OCI/Annotations/io.kubernetes.cri.sandbox-log-directory"),
	}
	not created(create_pause, patch)
}

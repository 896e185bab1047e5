# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

bundle(path) := result if {
	result := bundle_id with input as json.patch(create_web, replaced("/OCI/Root/Path", path))
}

test_root if bundle("/run/kata-containers/a.b-c/rootfs") == "a.b-c"

test_root_refused[path] if {
	some path in [
		"/run/kata-containers//rootfs",
		"/run/kata-containers/-a/rootfs",
		"/run/kata-containers/a/b/rootfs",
		"/run/kata-containers/rootfs",
		"/run/kata-containers/A/rootfs",
		"/run/kata-containers/a/rootfs/x",
		"/x/run/kata-containers/a/rootfs",
	]
	not bundle(path)
}

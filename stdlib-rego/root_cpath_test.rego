# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

changed := [
	{"op": "replace", "path": "/containers/2/OCI/Root/Path", "value": "$(cpath)/$(bundle-id)/rootfs"},
	{"op": "replace", "path": "/common/cpath", "value": "/run/kata-containers"},
	{"op": "remove", "path": "/common/root_path"},
]

bundle(path) := result if {
	result := bundle_id with input as json.patch(create_web, replaced("/OCI/Root/Path", path))
		with data.agent_policy.policy_data as json.patch(policy_data, changed)
}

test_root_cpath if bundle("/run/kata-containers/a.b-c/rootfs") == "a.b-c"

test_root_cpath_refused if not bundle("/run/x/a/rootfs")

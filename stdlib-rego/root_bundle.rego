# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The bundle id is what an annotation says; the root filesystem has its path.

bundle_id := id if {
	key := "io.katacontainers.pkg.oci.bundle_path"
	id := trim_prefix(anno[key], replace(wanted_anno[key], "$(bundle-id)", ""))
	regex.match("^[a-z0-9]{64}$", id)
	anno[key] == replace(wanted_anno[key], "$(bundle-id)", id)
	path := replace(replace(want.OCI.Root.Path, "$(cpath)", common.cpath), "$(bundle-id)", id)
	oci.Root.Path == path
}

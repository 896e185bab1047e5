# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Agents of AKS say what a link points to.

copied(path) if {
	input.symlink_src == ""
	shared_path(path, "")
}

# A link of the kubelet's writer of volumes, below a directory.
copied(path) if {
	target := input.symlink_src
	target != ""
	shared_path(path, ".*/.+")
	not startswith(target, "/")
	parts := split(target, "/")
	not ".." in parts
	some pattern in [common.s_source1, common.s_source2]
	regex.match(pattern, target)
}

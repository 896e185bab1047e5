# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_mounts_accepted[name] if {
	some name, patch in {
		"all": [],
		"fewer": removed("/OCI/Mounts/11"),
		"none": replaced("/OCI/Mounts", []),
		"passthrough": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/passthrough/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hosts"),
		"watchable": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/watchable/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-0123456789abcdef-hosts"),
	}
	created(create_web, patch)
}

test_mounts_refused[name] if {
	some name, patch in {
		"destination": replaced("/OCI/Mounts/0/destination", "/x"),
		"type": replaced("/OCI/Mounts/0/type_", "bind"),
		"option": replaced("/OCI/Mounts/0/options/0", "suid"),
		"options in another order": replaced("/OCI/Mounts/0/options", ["noexec", "nosuid", "nodev"]),
		"fewer options": replaced("/OCI/Mounts/7/options", ["rbind"]),
		"literal source": replaced("/OCI/Mounts/3/source", "/run/kata-containers/sandbox/shmx"),
		"part of a literal source": replaced("/OCI/Mounts/3/source", "/x/run/kata-containers/sandbox/shm"),
		"another bundle": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30003-ce23cfeb91e75aaa-hosts"),
		"source with more behind": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hosts/x"),
		"source with more before": replaced("/OCI/Mounts/7/source", "/x/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hosts"),
		"other name": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hostname"),
		"line break": replaced("/OCI/Mounts/7/source", "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hosts\n"),
		"twice": added("/OCI/Mounts/-", create_web.OCI.Mounts[7]),
		"twice the same kind": added("/OCI/Mounts/-", object.union(create_web.OCI.Mounts[7], {"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-0000000000000000-hosts"})),
		"additional": added("/OCI/Mounts/-", {"destination": "/etc", "source": "/", "type_": "bind", "options": []}),
		"null": replaced("/OCI/Mounts", null),
		"one is null": replaced("/OCI/Mounts/0", null),
	}
	not created(create_web, patch)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_storages_dir_accepted[name] if {
	some name, patch in {
		"all": [],
	}
	created(create_web, patch)
}

test_storages_dir_refused[name] if {
	some name, patch in {
		"driver": replaced("/storages/2/driver", "local"),
		"source": replaced("/storages/2/source", "/"),
		"mount point": replaced("/storages/2/mount_point", "/run/kata-containers/sandbox/ephemeral/tmpx"),
		"above": replaced("/storages/2/mount_point", "/x/run/kata-containers/sandbox/ephemeral/tmp"),
	}
	not created(create_web, patch)
}

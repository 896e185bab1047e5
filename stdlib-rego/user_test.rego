# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_user_accepted[name] if {
	some name, patch in {
		"all": [],
		"groups twice": replaced("/OCI/Process/User/AdditionalGids", [0, 0]),
	}
	created(create_web, patch)
}

test_user_refused[name] if {
	some name, patch in {
		"uid": replaced("/OCI/Process/User/UID", 1),
		"gid": replaced("/OCI/Process/User/GID", 1),
		"group": replaced("/OCI/Process/User/AdditionalGids", [0, 1]),
		"no group": replaced("/OCI/Process/User/AdditionalGids", []),
		"directory": replaced("/OCI/Process/Cwd", "/x"),
		"privileges": replaced("/OCI/Process/NoNewPrivileges", true),
		"null": replaced("/OCI/Process/User", null),
	}
	not created(create_web, patch)
}

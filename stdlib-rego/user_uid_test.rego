# SPDX-License-Identifier: Apache-2.0
# with: user_uid
package agent_policy

import future.keywords.in
import future.keywords.if

test_user_uid_accepted[name] if {
	some name, patch in {
		"all": [],
		"gid": replaced("/OCI/Process/User/GID", 1),
	}
	created(create_web, patch)
}

test_user_uid_refused[name] if {
	some name, patch in {
		"uid": replaced("/OCI/Process/User/UID", 1),
		"directory": replaced("/OCI/Process/Cwd", "/x"),
		"privileges": replaced("/OCI/Process/NoNewPrivileges", true),
	}
	not created(create_web, patch)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Without groups, which the host resolves otherwise: who runs it and where.
# explain: user
user(p) if {
	w := wanted_process
	p.Cwd == object.get(w, "Cwd", "")
	p.NoNewPrivileges == w.NoNewPrivileges
	p.User.UID == w.User.UID
}

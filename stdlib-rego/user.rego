# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Who runs it and where.
# explain: user
user(p) if {
	w := wanted_process
	p.Cwd == object.get(w, "Cwd", "")
	p.NoNewPrivileges == w.NoNewPrivileges
	p.User.UID == w.User.UID
	p.User.GID == w.User.GID
	{g | some g in p.User.AdditionalGids} == {g | some g in w.User.AdditionalGids}
}

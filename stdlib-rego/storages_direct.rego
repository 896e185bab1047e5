# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# A claim that the guest itself mounts, from a disk or a file server.
storage(p, s) if {
	[p.driver, p.driver_options, p.fs_group] == [s.driver, s.driver_options, s.fs_group]
	s.mount_point == direct_dir(p.mount_point, s)
	direct_options(p, s.options)
}

direct_options(p, found) if {
	p.driver == "blk"
	p.options == found
}

# Address and account are known when the share is made.
direct_options(p, found) if {
	p.driver == "smb"
	n := count(p.options)
	array.slice(found, 0, n) == p.options
	account := array.slice(found, n, count(found))
	count(account) == 2
	regex.match("^addr=[0-9A-Za-z.:-]+$", account[0])
	regex.match("^username=[^,\n]+,password=[^,\n]+$", account[1])
}

# Where the guest mounts it.
direct_dir(pattern, s) := replace(replace(pattern, "$(spath)", common.spath), "$(b64-direct-vol-path)", base64url.encode(s.source))

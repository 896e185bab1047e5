# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The source of the mount of /etc/hosts.
hosts(source) if created(create_web, replaced("/OCI/Mounts/7/source", source))

dir := "/run/kata-containers/shared/containers/"

id := "de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002"

test_mounts_file[source] if {
	some source in [
		concat("", [dir, id, "-0123456789abcdef-hosts"]),
		concat("", [dir, "passthrough/", id, "-0123456789abcdef-hosts"]),
		concat("", [dir, "watchable/", id, "-0123456789abcdef-hosts"]),
		concat("", [dir, "passthrough/watchable/", id, "-0123456789abcdef-hosts"]),
	]
	hosts(source)
}

test_mounts_file_refused[source] if {
	some source in [
		"hosts",
		"0123456789abcdef-hosts",
		concat("", [id, "-0123456789abcdef-hosts"]),
		concat("", [dir, id, "-hosts"]),
		concat("", [dir, id, "--hosts"]),
		concat("", [dir, id, "-0123456789abcde-hosts"]),
		concat("", [dir, id, "-0123456789abcdef0-hosts"]),
		concat("", [dir, id, "-0123456789abcdeF-hosts"]),
		concat("", [dir, id, "-0123456789abc/ef-hosts"]),
		concat("", [dir, id, "-0123456789abcde\u00e9-hosts"]),
		concat("", [dir, id, "-0123456789abcdef-"]),
		concat("", [dir, id, "-0123456789abcdef-x-hosts"]),
		concat("", [dir, "/", id, "-0123456789abcdef-hosts"]),
		concat("", [dir, "watchable/watchable/", id, "-0123456789abcdef-hosts"]),
		null,
		["hosts"],
		0,
	]
	not hosts(source)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A path below the shared directory; what follows is a pattern.
# explain: path
shared_path(path, suffix) if {
	parts := split(path, "/")
	not ".." in parts
	some entry in defaults.CopyFileRequest
	prefix := replace(replace(entry, "$(sfprefix)", common.sfprefix), "$(cpath)", shared_dir)
	regex.match(concat("", [replace(prefix, "$(bundle-id)", "[a-z0-9]{64}"), suffix]), path)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# For agents that say what kind of file it is, and for those (before Kata
# 3.29) that do not.

# explain: copy-file
CopyFileRequest if {
	input.file_type in ["Regular", "Directory"]
	shared_path(input.path, "")
}

# A link below a directory, to somewhere below that directory.
CopyFileRequest if {
	input.file_type == "Symlink"
	shared_path(input.path, ".*/.+")
	target := input.symlink_target
	is_string(target)
	not startswith(target, "/")
	parts := split(target, "/")
	not ".." in parts
}

CopyFileRequest if {
	not input.file_type
	copied(input.path)
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# A part of the data, under a shorter name.
defaults := policy_data.request_defaults

# The whole text, not a part of it.
full(pattern, text) if regex.match(concat("", ["^(?:", pattern, ")$"]), text)

# A text as a pattern for itself.  Names seldom need a pattern to find out.
quote(text) := text if {
	trim(text, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
} else := regex.replace(text, "[^0-9A-Za-z_-]", "\\$0")

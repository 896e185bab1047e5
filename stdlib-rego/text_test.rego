# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_text_full if {
	full("a|b", "a")
	full("^a$", "a")
	not full("a|b", "ab")
	not full("a", "xa")
	not full("a", "a\n")
	not full("(", "(")
}

test_text_quote[text] if {
	some text in ["a.b", "[a]", "$(x)", "a\\b", "-", "a b"]
	full(quote(text), text)
}

test_text_bundle if {
	expand("$(sfprefix)x$", "/d") == concat("", ["^/d/(watchable/)?", "a\\.b", "-[a-z0-9]{16}-x$"]) with input as json.patch(create_web, replaced("/OCI/Root/Path", "/run/kata-containers/a.b/rootfs"))
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

expands(pattern, value) if full(filled(pattern), value) with input as create_web

test_tokens_accepted[pattern] if {
	some pattern, value in {
		"a\\.b": "a.b",
		"x[0-9]+y": "x10y",
		"\\$\\(sandbox-name\\)\\.\\$\\(sandbox-namespace\\)": "web-0.shop",
	}
	expands(pattern, value)
}

test_tokens_refused[pattern] if {
	some pattern, value in {
		"a\\.b": "axb",
		"x[0-9]+y": "x10yz",
		"\\$\\(sandbox-name\\)": "web-1",
		"\\$\\(sandbox-namespace\\)": "shopx",
		"\\$\\(UNKNOWN\\)": "x",
	}
	not expands(pattern, value)
}

# What the host says is no pattern, and no token either.
test_tokens_quoted[name] if {
	some name, change in {
		"pattern": "[a-z]*",
		"token": "$(pod-ip)",
		"wildcard": "$(todo-annotation)",
	}
	request := json.patch(create_web, replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-namespace", change))
	not full(filled("x\\.\\$\\(sandbox-namespace\\)"), "x.1.2.3.4") with input as request
	full(filled("x\\.\\$\\(sandbox-namespace\\)"), concat("", ["x.", change])) with input as request
}

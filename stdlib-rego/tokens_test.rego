# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

expands(text, value) if full(template(text), value) with input as create_web

test_tokens_accepted[text] if {
	some text, value in {
		"a.b": "a.b",
		"x$(pod-ip)y": "x10.0.0.1y",
		"$(host-ip):$(pod-ip)": "1.1.1.1:2.2.2.2",
		"$(host-name)/$(node-name)": "a.b-c/D_1",
		"$(pod-uid)": "01234567-0123-4567-89ab-0123456789ab",
		"cpu=$(resource-field)": "cpu=10",
		"$(todo-annotation)": "any\nthing",
		"$(sandbox-name).$(sandbox-namespace)": "web-0.shop",
	}
	expands(text, value)
}

test_tokens_refused[text] if {
	some text, value in {
		"a.b": "axb",
		"x$(pod-ip)y": "x10.0.0.1yz",
		"$(host-ip)": "256.0.0.1",
		"$(host-name)": "a b",
		"$(node-name)": "",
		"$(pod-uid)": "x",
		"$(resource-field)": "-1",
		"x=$(todo-annotation)": "y=z",
		"$(sandbox-name)": "web-1",
		"$(sandbox-namespace)": "shopx",
		"$(UNKNOWN)": "x",
	}
	not expands(text, value)
}

# What the host says is no pattern, and no token either.
test_tokens_quoted[name] if {
	some name, change in {
		"pattern": "[a-z]*",
		"token": "$(pod-ip)",
		"wildcard": "$(todo-annotation)",
	}
	request := json.patch(create_web, replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-namespace", change))
	not full(template("x.$(sandbox-namespace)"), "x.1.2.3.4") with input as request
	full(template("x.$(sandbox-namespace)"), concat("", ["x.", change])) with input as request
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

# A text with $(token) in it as a pattern.
template(text) := replace(
	replace(
		strings.replace_n(
			{
				"\\$\\(pod-ip\\)": common.ipv4_a,
				"\\$\\(host-ip\\)": common.ipv4_a,
				"\\$\\(host-name\\)": common.dns_label,
				"\\$\\(node-name\\)": common.dns_label,
				"\\$\\(pod-uid\\)": "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
				"\\$\\(resource-field\\)": "[0-9]+",
				"\\$\\(todo-annotation\\)": "(?s:.*)",
			},
			quote(text),
		),
		"\\$\\(sandbox-name\\)", name_pattern,
	),
	"\\$\\(sandbox-namespace\\)", quote(namespace),
)

name_pattern := quote(sandbox_name)

namespace := sandbox_namespace

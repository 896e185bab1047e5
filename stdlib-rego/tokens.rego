# SPDX-License-Identifier: Apache-2.0
package agent_policy

# A pattern with what the runtime says of the pod, as a pattern for itself.
filled(pattern) := replace(
	replace(pattern, "\\$\\(sandbox-name\\)", name_pattern),
	"\\$\\(sandbox-namespace\\)", quote(namespace),
)

name_pattern := quote(sandbox_name)

namespace := sandbox_namespace

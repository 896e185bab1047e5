# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The same for ExecProcess.
name_pattern := trim_suffix(trim_prefix(wanted_name, "^"), "$") if not input.OCI

namespace := data.pstate.namespace if not input.OCI

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Annotations of the pod, whatever their value.
annotation(k, _) if wanted_anno[k]

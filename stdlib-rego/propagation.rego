# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# explain: propagation
propagation if oci.Linux.RootfsPropagation == ""

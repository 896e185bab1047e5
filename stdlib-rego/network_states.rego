# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Neighbours in these states.
allowed_state(s) if s in defaults.AddARPNeighborsRequest.allowed_states

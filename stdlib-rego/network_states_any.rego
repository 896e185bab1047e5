# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Neighbours in any state.
allowed_state(_) := true

# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Containers may be created in any order.
order := true

started := {}

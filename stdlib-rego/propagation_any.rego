# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Mounts may spread in both directions.
propagation := true

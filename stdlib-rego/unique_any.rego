# SPDX-License-Identifier: Apache-2.0
package agent_policy

# The runtime may create before it removes.
unique := true

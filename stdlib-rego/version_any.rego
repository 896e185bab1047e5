# SPDX-License-Identifier: Apache-2.0
package agent_policy

# The version is the host's word only.
version := true

# SPDX-License-Identifier: Apache-2.0
package agent_policy

# The guest's side of the shared directory, a pattern.
shared_dir := common.cpath

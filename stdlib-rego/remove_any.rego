# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Also a container that was never created may be removed.
default RemoveContainerRequest := true

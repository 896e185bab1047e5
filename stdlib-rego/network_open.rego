# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Settings of a runtime that does not restrict the network.

default UpdateInterfaceRequest := true

default UpdateRoutesRequest := true

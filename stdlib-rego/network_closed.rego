# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Settings that say nothing about the network.

default UpdateInterfaceRequest := false

default UpdateRoutesRequest := false

# SPDX-License-Identifier: Apache-2.0
package agent_policy

# Variables may be missing.
complete := true

# SPDX-License-Identifier: Apache-2.0
package agent_policy

# No variable of an image is replaced.
overridden := true

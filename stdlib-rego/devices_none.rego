# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# explain: devices
devices if input.devices == []

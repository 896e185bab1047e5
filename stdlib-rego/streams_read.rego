# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Logs are readable, all else stays closed.

ReadStreamRequest if defaults.ReadStreamRequest == true

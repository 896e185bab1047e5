# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Commands of older settings, in one text.
command(a) if concat(" ", a) in defaults.ExecProcessRequest.commands

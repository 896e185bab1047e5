# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# Commands are not bound to their container.
# explain: exec-process
ExecProcessRequest if command(input.process.Args)

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# For agents that do not say what kind of file it is.

# explain: copy-file
CopyFileRequest if copied(input.path)

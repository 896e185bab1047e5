# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The image, and nothing else.
# explain: storages
storages if count(input.storages) == 1

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_unique_first if created_after({}, create_web, [])

test_unique_after_removal if created_after({"c:x": 0, "s:2": 2}, create_web, [])

test_unique_second if not created_after({"c:x": 2}, create_web, [])

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_streams_read if {
	ReadStreamRequest == true with input as {}
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/request_defaults/ReadStreamRequest", true))
	WriteStreamRequest == false with input as {}
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/request_defaults/WriteStreamRequest", true))
}

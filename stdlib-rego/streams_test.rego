# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

names := ["CloseStdinRequest", "GetDiagnosticDataRequest", "ReadStreamRequest", "UpdateEphemeralMountsRequest", "WriteStreamRequest"]

answers(value) := result if {
	result := [CloseStdinRequest, GetDiagnosticDataRequest, ReadStreamRequest, UpdateEphemeralMountsRequest, WriteStreamRequest] with input as {}
		with data.agent_policy.policy_data as {"request_defaults": {n: value | some n in names}}
}

test_streams_open if answers(true) == [true, true, true, true, true]

test_streams_closed if {
	answers(false) == [false, false, false, false, false]
	answers("true") == [false, false, false, false, false]
}

# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# What the settings open or close with one boolean.

CloseStdinRequest if policy_data.request_defaults.CloseStdinRequest == true

GetDiagnosticDataRequest if policy_data.request_defaults.GetDiagnosticDataRequest == true

ReadStreamRequest if policy_data.request_defaults.ReadStreamRequest == true

UpdateEphemeralMountsRequest if policy_data.request_defaults.UpdateEphemeralMountsRequest == true

WriteStreamRequest if policy_data.request_defaults.WriteStreamRequest == true

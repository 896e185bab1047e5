# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# What the settings open or close with one boolean.

CloseStdinRequest if defaults.CloseStdinRequest == true

GetDiagnosticDataRequest if defaults.GetDiagnosticDataRequest == true

ReadStreamRequest if defaults.ReadStreamRequest == true

UpdateEphemeralMountsRequest if defaults.UpdateEphemeralMountsRequest == true

WriteStreamRequest if defaults.WriteStreamRequest == true

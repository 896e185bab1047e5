# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Every name has an answer, and nothing is open without a reason.
open := [
	DestroySandboxRequest,
	GetOOMEventRequest,
	GuestDetailsRequest,
	OnlineCPUMemRequest,
	RemoveStaleVirtiofsShareMountsRequest,
	SignalProcessRequest,
	StartContainerRequest,
	StatsContainerRequest,
	TtyWinResizeRequest,
	WaitProcessRequest,
]

closed := [
	AddARPNeighborsRequest,
	AddSwapPathRequest,
	AddSwapRequest,
	AllowRequestsFailingPolicy,
	CloseStdinRequest,
	CopyFileRequest,
	CreateContainerRequest,
	CreateSandboxRequest,
	ExecProcessRequest,
	GetDiagnosticDataRequest,
	GetIPTablesRequest,
	GetMetricsRequest,
	ListInterfacesRequest,
	ListRoutesRequest,
	MemAgentCompactConfig,
	MemAgentMemcgConfig,
	MemHotplugByProbeRequest,
	PauseContainerRequest,
	PullImageRequest,
	ReadStreamRequest,
	RemoveContainerRequest,
	ReseedRandomDevRequest,
	ResizeVolumeRequest,
	ResumeContainerRequest,
	SetGuestDateTimeRequest,
	SetIPTablesRequest,
	SetPolicyRequest,
	StartTracingRequest,
	StopTracingRequest,
	UpdateContainerRequest,
	UpdateEphemeralMountsRequest,
	UpdateInterfaceRequest,
	UpdateRoutesRequest,
	VolumeStatsRequest,
	WriteStreamRequest,
]

test_requests_open if {
	answers := open with input as {} with data.pstate as {}
	every a in answers {
		a == true
	}
	count(answers) == 10
}

test_requests_closed if {
	answers := closed with input as {} with data.pstate as {}
	every a in answers {
		a == false
	}
	count(answers) == 35
}

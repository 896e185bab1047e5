# SPDX-License-Identifier: Apache-2.0
# with: env
package agent_policy

import future.keywords.in
import future.keywords.if

literal := array.concat(
	replaced("/containers/2/OCI/Process/Env/2", "POD=web-0"),
	replaced("/containers/2/OCI/Process/Env/3", "IP=10.1.2.3"),
)

test_env_accepted[name] if {
	some name, patch in {
		"none": replaced("/OCI/Process/Env", []),
		"service": added("/OCI/Process/Env/-", "DB_PORT_5432_UDP_ADDR=192.168.1.255"),
		"service name": added("/OCI/Process/Env/-", "A_SERVICE_PORT_http.x=1"),
		"host name": replaced("/OCI/Process/Env/1", "HOSTNAME=other"),
		"the token itself": replaced("/OCI/Process/Env/1", "HOSTNAME=$(host-name)"),
		"terminal": added("/OCI/Process/Env/-", "TERM=xterm"),
	}
	created_with(literal, create_web, patch)
}

test_env_refused[name] if {
	some name, patch in {
		"value": replaced("/OCI/Process/Env/4", "MODE=slow"),
		"name": added("/OCI/Process/Env/-", "LD_PRELOAD=/x"),
		"empty": added("/OCI/Process/Env/-", ""),
		"no value": added("/OCI/Process/Env/-", "MODE"),
		"more behind": added("/OCI/Process/Env/-", "TERM=xterm2"),
		"more before": added("/OCI/Process/Env/-", "XTERM=xterm"),
		"address": added("/OCI/Process/Env/-", "DB_SERVICE_HOST=1.2.3.256"),
		"lower case": added("/OCI/Process/Env/-", "db_SERVICE_HOST=1.2.3.4"),
		"two in one": added("/OCI/Process/Env/-", "TERM=xterm\nMODE=slow"),
		"two allowed in one": added("/OCI/Process/Env/-", "TERM=xterm\nTERM=xterm"),
		"line break behind": added("/OCI/Process/Env/-", "TERM=xterm\n"),
		"null": replaced("/OCI/Process/Env", null),
	}
	not created_with(literal, create_web, patch)
}

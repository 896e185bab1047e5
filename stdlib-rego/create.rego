# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# CreateContainer: the policy container that the request names, all checks
# against it, and what is remembered of it.

CreateContainerRequest := {"allowed": true, "ops": ops} if {
	known
	container
	fields
	propagation
	version
	kind
	annotations
	names
	root
	mounts
	storages
	image
	args
	user(oci.Process)
	env(oci.Process)
	complete
	overridden
	capabilities
	devices
	namespaces
	linux
	order
	unique
	remembered
	ops := [{"op": "add", "path": concat("", ["/pstate/", k]), "value": v} |
		some k, v in state
		not data.pstate[k]
	]
}

oci := input.OCI

anno := oci.Annotations

sandbox_name := anno["io.kubernetes.cri.sandbox-name"]

sandbox_namespace := anno["io.kubernetes.cri.sandbox-namespace"]

sandbox_id := anno["io.kubernetes.cri.sandbox-id"]

type := anno["io.kubernetes.cri.container-type"]

name := object.get(anno, "io.kubernetes.cri.container-name", null)

want := policy_data.containers[index]

wanted_anno := want.OCI.Annotations

wanted_process := want.OCI.Process

# Always so where there is an index; it says which name there is none for.
# explain: container
known if {
	[n | n := anno["io.kubernetes.cri.container-name"]] == [n | n := wanted_anno["io.kubernetes.cri.container-name"]]
}

# explain: container
container if {
	index >= 0
	trim_left(input.container_id, "-._") == input.container_id
	trim(input.container_id, "-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}

# What no policy of ours allows.
# explain: fields
fields if {
	input.shared_mounts == []
	input.string_user == null
	oci.Hooks == null
	oci.Solaris == null
	oci.Windows == null
	l := oci.Linux
	l.GIDMappings == []
	l.UIDMappings == []
	l.MountLabel == ""
	l.IntelRdt == null
	l.Seccomp == null
	l.Resources.Devices == []
	l.Resources.BlockIO == null
	l.Resources.Network == null
	l.Resources.Pids == null
	oci.Process.SelinuxLabel == ""
	oci.Process.User.Username == ""
	input.sandbox_pidns == want.sandbox_pidns
	oci.Process.Terminal == wanted_process.Terminal
	oci.Root.Readonly == want.OCI.Root.Readonly
}

# explain: kind
kind if {
	type == "sandbox"
	anno["io.katacontainers.pkg.oci.container_type"] == "pod_sandbox"
	name == null
	full(policy_data.pod[2], anno["nerdctl/network-namespace"])
	logs := replace(policy_data.pod[3], "$(sandbox-name)", quote(sandbox_name))
	full(replace(logs, "$(sandbox-namespace)", quote(sandbox_namespace)), anno["io.kubernetes.cri.sandbox-log-directory"])
}

# (Its annotations do not have a network namespace, so none is let through.)
kind if {
	type == "container"
	anno["io.katacontainers.pkg.oci.container_type"] == "pod_container"
	name != null
	not anno["io.kubernetes.cri.sandbox-log-directory"]
}

# explain: annotations
annotations if {
	every k, v in anno {
		annotation(k, v)
	}
}

annotation(k, _) if startswith(k, "io.kubernetes.cri.")

# explain: root
root if {
	is_string(bundle_id)
	is_string(oci.Root.Path)
}

# explain: state
remembered if {
	now := state
	every k, v in now {
		same(k, v)
	}
}

state := object.union(started, {
	"sandbox_name": sandbox_name,
	"namespace": sandbox_namespace,
	"network_namespace": network_namespace,
	concat("", ["c:", input.container_id]): index,
})

same(k, _) if not data.pstate[k]

same(k, v) if data.pstate[k] == v

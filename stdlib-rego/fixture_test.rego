# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the modules share: the data of a pod for the target
# kata-4, with its tables, and requests of a runtime that starts it.
# The modules are linked as this data would have them:
# modules: requests shared_dir copy_file shared_path_text sandbox network
# modules: network_states
# modules: exec exec_commands create container_names names_text remove remove_known
# modules: propagation version annotations_same annotations_message
# modules: root_text mounts mounts_file mounts_pattern mounts_cgroup
# modules: mounts_block block storages storages_dir
# modules: storages_block image_digest args_tokens user env_tokens tokens
# modules: tokens_exec complete_any capabilities devices_none namespaces
# modules: linux order_any overridden_none unique_any text
# modules: expand
package agent_policy

import future.keywords.if

created(request, patch) if {
	CreateContainerRequest.allowed with input as json.patch(request, patch)
		with data.pstate as {}
}

# The same with other policy data, or in a later state.
created_with(change, request, patch) if {
	CreateContainerRequest.allowed with input as json.patch(request, patch)
		with data.pstate as {}
		with data.agent_policy.policy_data as json.patch(policy_data, change)
}

created_after(state_before, request, patch) if {
	CreateContainerRequest.allowed with input as json.patch(request, patch)
		with data.pstate as state_before
}

executed(patch) if {
	ExecProcessRequest with input as json.patch(exec_ping, patch)
		with data.pstate as running
}

# The state when all containers are there.
running := {
	"sandbox_name": "web-0",
	"namespace": "shop",
	"network_namespace": "",
	concat("", ["c:", create_pause.container_id]): 0,
	concat("", ["c:", create_web.container_id]): 2,
}

replaced(path, value) := [{"op": "replace", "path": path, "value": value}]

added(path, value) := [{"op": "add", "path": path, "value": value}]

removed(path) := [{"op": "remove", "path": path}]

create_pause := {
	"container_id": "c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f",
	"exec_id": "c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f",
	"string_user": null,
	"devices": [],
	"storages": [
		{
			"driver": "image_guest_pull",
			"driver_options": ["image_guest_pull={}"],
			"source": "pause",
			"fstype": "overlay",
			"options": [],
			"mount_point": "/run/kata-containers/c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f/rootfs",
			"fs_group": null,
			"shared": false,
		},
	],
	"OCI": {
		"Version": "1.1.0",
		"Process": {
			"Terminal": false,
			"ConsoleSize": null,
			"User": {
				"UID": 65535,
				"GID": 65535,
				"AdditionalGids": [65535],
				"Username": "",
			},
			"Args": ["/pause"],
			"Env": ["PATH=/bin"],
			"Cwd": "/",
			"Capabilities": {
				"Ambient": [],
				"Bounding": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
				"Effective": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
				"Inheritable": [],
				"Permitted": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
			},
			"Rlimits": [],
			"NoNewPrivileges": true,
			"ApparmorProfile": "x",
			"OOMScoreAdj": 1000,
			"SelinuxLabel": "",
		},
		"Root": {
			"Path": "/run/kata-containers/c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f/rootfs",
			"Readonly": true,
		},
		"Hostname": "",
		"Mounts": [
			{
				"destination": "/proc",
				"source": "proc",
				"type_": "proc",
				"options": ["nosuid", "noexec", "nodev"],
			},
			{
				"destination": "/dev",
				"source": "tmpfs",
				"type_": "tmpfs",
				"options": [
					"nosuid", "strictatime", "mode=755",
					"size=65536k",
				],
			},
			{
				"destination": "/dev/pts",
				"source": "devpts",
				"type_": "devpts",
				"options": [
					"nosuid", "noexec", "newinstance",
					"ptmxmode=0666", "mode=0620", "gid=5",
				],
			},
			{
				"destination": "/dev/shm",
				"source": "/run/kata-containers/sandbox/shm",
				"type_": "bind",
				"options": ["rbind"],
			},
			{
				"destination": "/dev/mqueue",
				"source": "mqueue",
				"type_": "mqueue",
				"options": ["nosuid", "noexec", "nodev"],
			},
			{
				"destination": "/sys",
				"source": "sysfs",
				"type_": "sysfs",
				"options": ["nosuid", "noexec", "nodev", "ro"],
			},
			{
				"destination": "/etc/resolv.conf",
				"source": "/run/kata-containers/shared/containers/c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f-ce23cfeb91e75aaa-resolv.conf",
				"type_": "bind",
				"options": ["rbind", "ro", "nosuid", "nodev", "noexec"],
			},
		],
		"Hooks": null,
		"Annotations": {
			"io.katacontainers.pkg.oci.bundle_path": "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(bundle-id)",
			"io.katacontainers.pkg.oci.container_type": "pod_sandbox",
			"io.kubernetes.cri.container-type": "sandbox",
			"io.kubernetes.cri.sandbox-id": "c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f",
			"io.kubernetes.cri.sandbox-name": "web-0",
			"io.kubernetes.cri.sandbox-namespace": "shop",
			"io.kubernetes.cri.sandbox-uid": "x",
			"nerdctl/network-namespace": "/var/run/netns/cni-01234567-0123-4567-89ab-0123456789ab",
			"io.kubernetes.cri.sandbox-log-directory": "/var/log/pods/shop_web-0_01234567-0123-4567-89ab-0123456789ab",
		},
		"Linux": {
			"UIDMappings": [],
			"GIDMappings": [],
			"Sysctl": {
				"net.ipv4.ip_unprivileged_port_start": "0",
				"net.ipv4.ping_group_range": "0 2147483647",
			},
			"Resources": {
				"Devices": [],
				"Memory": null,
				"CPU": null,
				"Pids": null,
				"BlockIO": null,
				"HugepageLimits": [],
				"Network": null,
			},
			"CgroupsPath": "x",
			"Namespaces": [
				{"Type": "ipc", "Path": ""},
				{"Type": "uts", "Path": ""},
				{"Type": "mount", "Path": ""},
			],
			"Devices": [],
			"Seccomp": null,
			"RootfsPropagation": "",
			"MaskedPaths": [
				"/proc/acpi", "/proc/asound", "/proc/kcore",
				"/proc/keys", "/proc/latency_stats",
				"/proc/timer_list", "/proc/timer_stats",
				"/proc/sched_debug", "/sys/firmware",
				"/proc/scsi",
			],
			"ReadonlyPaths": [
				"/proc/bus", "/proc/fs", "/proc/irq",
				"/proc/sys", "/proc/sysrq-trigger",
			],
			"MountLabel": "",
			"IntelRdt": null,
		},
		"Solaris": null,
		"Windows": null,
	},
	"sandbox_pidns": false,
	"shared_mounts": [],
	"stdin_port": null,
	"stdout_port": null,
	"stderr_port": null,
}

create_web := {
	"container_id": "de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002",
	"exec_id": "de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002",
	"string_user": null,
	"devices": [],
	"storages": [
		{
			"driver": "image_guest_pull",
			"driver_options": ["image_guest_pull={}"],
			"source": "registry.example/shop/web:1@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
			"fstype": "overlay",
			"options": [],
			"mount_point": "/run/kata-containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002/rootfs",
			"fs_group": null,
			"shared": false,
		},
		{
			"driver": "blk",
			"driver_options": ["encryption_key=ephemeral", "create_filesystem"],
			"source": "00/01",
			"fstype": "ext4",
			"options": [],
			"mount_point": "/run/kata-containers/sandbox/storage/MDAvMDE=",
			"fs_group": null,
			"shared": true,
		},
		{
			"driver": "ephemeral",
			"driver_options": [],
			"source": "tmpfs",
			"fstype": "tmpfs",
			"options": [],
			"mount_point": "/run/kata-containers/sandbox/ephemeral/tmp",
			"fs_group": null,
			"shared": false,
		},
	],
	"OCI": {
		"Version": "1.1.0",
		"Process": {
			"Terminal": false,
			"ConsoleSize": null,
			"User": {
				"UID": 0,
				"GID": 0,
				"AdditionalGids": [0],
				"Username": "",
			},
			"Args": ["/web", "serve", "cost=$5", "--pod=web-0"],
			"Env": [
				"PATH=/bin", "HOSTNAME=web-0", "POD=web-0",
				"IP=10.1.2.3", "MODE=fast",
				"KUBERNETES_PORT_443_TCP_PROTO=tcp",
				"KUBERNETES_SERVICE_HOST=10.0.0.1",
				"KUBERNETES_SERVICE_PORT_HTTPS=443",
				"KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443",
			],
			"Cwd": "/",
			"Capabilities": {
				"Ambient": [],
				"Bounding": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
				"Effective": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
				"Inheritable": [],
				"Permitted": [
					"CAP_CHOWN", "CAP_DAC_OVERRIDE",
					"CAP_FSETID", "CAP_FOWNER",
					"CAP_MKNOD", "CAP_NET_RAW",
					"CAP_SETGID", "CAP_SETUID",
					"CAP_SETFCAP", "CAP_SETPCAP",
					"CAP_NET_BIND_SERVICE",
					"CAP_SYS_CHROOT", "CAP_KILL",
					"CAP_AUDIT_WRITE",
				],
			},
			"Rlimits": [],
			"NoNewPrivileges": false,
			"ApparmorProfile": "x",
			"OOMScoreAdj": 1000,
			"SelinuxLabel": "",
		},
		"Root": {
			"Path": "/run/kata-containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002/rootfs",
			"Readonly": false,
		},
		"Hostname": "",
		"Mounts": [
			{
				"destination": "/proc",
				"source": "proc",
				"type_": "proc",
				"options": ["nosuid", "noexec", "nodev"],
			},
			{
				"destination": "/dev",
				"source": "tmpfs",
				"type_": "tmpfs",
				"options": [
					"nosuid", "strictatime", "mode=755",
					"size=65536k",
				],
			},
			{
				"destination": "/dev/pts",
				"source": "devpts",
				"type_": "devpts",
				"options": [
					"nosuid", "noexec", "newinstance",
					"ptmxmode=0666", "mode=0620", "gid=5",
				],
			},
			{
				"destination": "/dev/shm",
				"source": "/run/kata-containers/sandbox/shm",
				"type_": "bind",
				"options": ["rbind"],
			},
			{
				"destination": "/dev/mqueue",
				"source": "mqueue",
				"type_": "mqueue",
				"options": ["nosuid", "noexec", "nodev"],
			},
			{
				"destination": "/sys",
				"source": "sysfs",
				"type_": "sysfs",
				"options": ["nosuid", "noexec", "nodev", "ro"],
			},
			{
				"destination": "/sys/fs/cgroup",
				"source": "cgroup",
				"type_": "cgroup",
				"options": [
					"nosuid", "noexec", "nodev",
					"relatime", "ro",
				],
			},
			{
				"destination": "/etc/hosts",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hosts",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
			{
				"destination": "/dev/termination-log",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-termination-log",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
			{
				"destination": "/etc/hostname",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-hostname",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
			{
				"destination": "/etc/resolv.conf",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-resolv.conf",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
			{
				"destination": "/var/run/secrets/kubernetes.io/serviceaccount",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-serviceaccount",
				"type_": "bind",
				"options": ["rbind", "rprivate", "ro"],
			},
			{
				"destination": "/var/run/secrets/azure/tokens",
				"source": "/run/kata-containers/shared/containers/de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002-ce23cfeb91e75aaa-tokens",
				"type_": "bind",
				"options": ["rbind", "rprivate", "ro"],
			},
			{
				"destination": "/data",
				"source": "/run/kata-containers/sandbox/storage/MDAvMDE=",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
			{
				"destination": "/tmp",
				"source": "/run/kata-containers/sandbox/ephemeral/tmp",
				"type_": "bind",
				"options": ["rbind", "rprivate", "rw"],
			},
		],
		"Hooks": null,
		"Annotations": {
			"io.katacontainers.pkg.oci.bundle_path": "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(bundle-id)",
			"io.katacontainers.pkg.oci.container_type": "pod_container",
			"io.kubernetes.cri.container-type": "container",
			"io.kubernetes.cri.sandbox-id": "c069a0850eb7894c6499133e2c6b5ccd543ebf3c32966a7c87512c9d0322061f",
			"io.kubernetes.cri.sandbox-name": "web-0",
			"io.kubernetes.cri.sandbox-namespace": "shop",
			"io.kubernetes.cri.sandbox-uid": "x",
			"io.kubernetes.cri.container-name": "web",
			"io.kubernetes.container.terminationMessagePath": "/dev/termination-log",
			"io.kubernetes.container.terminationMessagePolicy": "File",
		},
		"Linux": {
			"UIDMappings": [],
			"GIDMappings": [],
			"Sysctl": {
				"net.ipv4.ip_unprivileged_port_start": "0",
				"net.ipv4.ping_group_range": "0 2147483647",
			},
			"Resources": {
				"Devices": [],
				"Memory": null,
				"CPU": null,
				"Pids": null,
				"BlockIO": null,
				"HugepageLimits": [],
				"Network": null,
			},
			"CgroupsPath": "x",
			"Namespaces": [
				{"Type": "ipc", "Path": ""},
				{"Type": "uts", "Path": ""},
				{"Type": "mount", "Path": ""},
			],
			"Devices": [],
			"Seccomp": null,
			"RootfsPropagation": "",
			"MaskedPaths": [
				"/proc/acpi", "/proc/kcore", "/proc/keys",
				"/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug",
				"/proc/scsi", "/sys/firmware",
			],
			"ReadonlyPaths": [
				"/proc/asound", "/proc/bus", "/proc/fs",
				"/proc/irq", "/proc/sys",
				"/proc/sysrq-trigger",
			],
			"MountLabel": "",
			"IntelRdt": null,
		},
		"Solaris": null,
		"Windows": null,
	},
	"sandbox_pidns": false,
	"shared_mounts": [],
	"stdin_port": null,
	"stdout_port": null,
	"stderr_port": null,
}

exec_ping := {
	"container_id": "de22f4859da69a058e9d7f162d8e27244919c24d3ff2262e46cf56f695a30002",
	"exec_id": "e",
	"string_user": null,
	"process": {
		"Terminal": false,
		"ConsoleSize": null,
		"User": {"UID": 0, "GID": 0, "AdditionalGids": [0], "Username": ""},
		"Args": ["/web", "ping"],
		"Env": [
			"PATH=/bin", "HOSTNAME=web-0", "POD=web-0",
			"IP=10.1.2.3", "MODE=fast",
			"KUBERNETES_PORT_443_TCP_PROTO=tcp",
			"KUBERNETES_SERVICE_HOST=10.0.0.1",
			"KUBERNETES_SERVICE_PORT_HTTPS=443",
			"KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443",
		],
		"Cwd": "/",
		"Capabilities": null,
		"Rlimits": [],
		"NoNewPrivileges": false,
		"ApparmorProfile": "",
		"OOMScoreAdj": 1000,
		"SelinuxLabel": "",
	},
	"stdin_port": null,
	"stdout_port": null,
	"stderr_port": null,
}

policy_data := {
	"containers": [
		{
			"OCI": {
				"Version": "1.1.0",
				"Process": {
					"Terminal": false,
					"User": {
						"UID": 65535,
						"GID": 65535,
						"AdditionalGids": [65535],
					},
					"Args": ["/pause"],
					"Env": ["PATH=/bin"],
					"Cwd": "/",
					"NoNewPrivileges": true,
				},
				"Root": {"Path": "$(root_path)", "Readonly": true},
				"Annotations": {
					"io.katacontainers.pkg.oci.bundle_path": "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(bundle-id)",
					"io.katacontainers.pkg.oci.container_type": "pod_sandbox",
					"io.kubernetes.cri.container-type": "sandbox",
					"io.kubernetes.cri.sandbox-id": "^[a-z0-9]{64}$",
					"io.kubernetes.cri.sandbox-log-directory": "^/var/log/pods/$(sandbox-namespace)_$(sandbox-name)_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
					"io.kubernetes.cri.sandbox-name": "^web-0$",
					"io.kubernetes.cri.sandbox-namespace": "shop",
					"nerdctl/network-namespace": "^/var/run/netns/cni-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
				},
			},
			"image": {"digest": ""},
			"sandbox_pidns": false,
			"exec_commands": [],
			"runtime_anno_patterns": {},
			"mounts": [0, 1, 2, 3, 4, 5, 6],
			"volumes": [],
			"linux": 0,
			"capabilities": [0, 1, 1, 0, 1],
			"devices": [],
		},
		{
			"OCI": {
				"Version": "1.1.0",
				"Process": {
					"Terminal": false,
					"User": {
						"UID": 0,
						"GID": 0,
						"AdditionalGids": [0],
					},
					"Args": ["/web"],
					"Env": [
						"PATH=/bin",
						"HOSTNAME=$(host-name)",
					],
					"Cwd": "/",
					"NoNewPrivileges": false,
				},
				"Root": {"Path": "$(root_path)", "Readonly": false},
				"Annotations": {
					"io.katacontainers.pkg.oci.bundle_path": "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(bundle-id)",
					"io.katacontainers.pkg.oci.container_type": "pod_container",
					"io.kubernetes.cri.container-name": "setup",
					"io.kubernetes.cri.container-type": "container",
					"io.kubernetes.cri.image-name": "registry.example/shop/setup:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
					"io.kubernetes.cri.sandbox-id": "^[a-z0-9]{64}$",
					"io.kubernetes.cri.sandbox-name": "^web-0$",
					"io.kubernetes.cri.sandbox-namespace": "shop",
				},
			},
			"image": {
				"digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			},
			"sandbox_pidns": false,
			"exec_commands": [],
			"runtime_anno_patterns": {
				"^io\\.kubernetes\\.container\\.terminationMessagePath$": "^/.*$",
				"^io\\.kubernetes\\.container\\.terminationMessagePolicy$": "^(File|FallbackToLogsOnError)$",
			},
			"mounts": [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13],
			"volumes": [],
			"linux": 1,
			"capabilities": [0, 1, 1, 0, 1],
		},
		{
			"OCI": {
				"Version": "1.1.0",
				"Process": {
					"Terminal": false,
					"User": {
						"UID": 0,
						"GID": 0,
						"AdditionalGids": [0],
					},
					"Args": [
						"/web", "serve", "cost=$5",
						"--pod=$(sandbox-name)",
					],
					"Env": [
						"PATH=/bin",
						"HOSTNAME=$(host-name)",
						"POD=$(sandbox-name)",
						"IP=$(pod-ip)", "MODE=fast",
					],
					"Cwd": "/",
					"NoNewPrivileges": false,
				},
				"Root": {"Path": "$(root_path)", "Readonly": false},
				"Annotations": {
					"io.katacontainers.pkg.oci.bundle_path": "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(bundle-id)",
					"io.katacontainers.pkg.oci.container_type": "pod_container",
					"io.kubernetes.cri.container-name": "web",
					"io.kubernetes.cri.container-type": "container",
					"io.kubernetes.cri.image-name": "registry.example/shop/web:1@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
					"io.kubernetes.cri.sandbox-id": "^[a-z0-9]{64}$",
					"io.kubernetes.cri.sandbox-name": "^web-0$",
					"io.kubernetes.cri.sandbox-namespace": "shop",
				},
			},
			"image": {
				"digest": "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
			},
			"sandbox_pidns": false,
			"templates": [
				"POD=\\$\\(sandbox-name\\)",
				"IP=(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])",
			],
			"arguments": [
				"/web", "serve", "cost=\\$5",
				"--pod=\\$\\(sandbox-name\\)",
			],
			"exec_commands": [["/web", "ping"]],
			"runtime_anno_patterns": {
				"^io\\.kubernetes\\.container\\.terminationMessagePath$": "^/.*$",
				"^io\\.kubernetes\\.container\\.terminationMessagePolicy$": "^(File|FallbackToLogsOnError)$",
			},
			"mounts": [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15],
			"volumes": [0, 1],
			"layers": [["top", "11"], ["low", "00"]],
			"linux": 1,
			"capabilities": [0, 1, 1, 0, 1],
		},
	],
	"devices": {"vfio": {"device_path": "/dev/vfio/devices/vfio"}},
	"common": {
		"dynamic_annotations": {},
		"s_source1": "^..2[0-9]{3}_[0-1][0-9]_[0-3][0-9]_[0-2][0-9]_[0-5][0-9]_[0-5][0-9]\\.[0-9]{1,10}$",
		"s_source2": "^..data/",
		"mount_source_cpath": "/run/kata-containers/shared/containers",
		"cpath": "/run/kata-containers/shared/containers(?:/passthrough)?",
		"root_path": "/run/kata-containers/$(bundle-id)/rootfs",
		"sfprefix": "^$(cpath)/(watchable/)?$(bundle-id)-[a-z0-9]{16}-",
		"spath": "/run/kata-containers/sandbox/storage",
	},
	"sandbox": {
		"storages": [
			{
				"driver": "ephemeral",
				"driver_options": [],
				"source": "shm",
				"fstype": "tmpfs",
				"options": [
					"noexec", "nosuid", "nodev",
					"mode=1777", "size=67108864",
				],
				"mount_point": "/run/kata-containers/sandbox/shm",
				"fs_group": null,
				"shared": false,
			},
		],
	},
	"request_defaults": {
		"CopyFileRequest": ["$(sfprefix)"],
		"ExecProcessRequest": {"allowed_commands": [], "commands": [], "regex": []},
		"UpdateRoutesRequest": {
			"forbidden_device_names": ["lo"],
			"forbidden_source_regex": [
				"^(?:0{0,4}:){0,7}0{0,3}1$",
				"^127\\.(?:[0-9]{1,3}\\.){2}[0-9]{1,3}$",
			],
		},
		"UpdateInterfaceRequest": {
			"allow_raw_flags": 128,
			"forbidden_names": ["lo"],
			"forbidden_hw_addrs": ["00:00:00:00:00:00"],
		},
		"AddARPNeighborsRequest": {
			"forbidden_device_names": ["lo"],
			"forbidden_cidrs_regex": ["^127\\.(?:[0-9]{1,3}\\.){2}[0-9]{1,3}$"],
			"allowed_states": [2, 128],
		},
		"CloseStdinRequest": false,
		"ReadStreamRequest": false,
		"UpdateEphemeralMountsRequest": false,
		"WriteStreamRequest": false,
		"GetDiagnosticDataRequest": false,
	},
	"cluster_config": {
		"pause_container_image": "mcr.microsoft.com/oss/kubernetes/pause:3.6",
		"guest_pull": true,
		"emptydir_type": "block-encrypted",
		"cgroup_mount_extras_allowed": ["nsdelegate", "memory_recursiveprot"],
	},
	"contrastc": {
		"schema": 1,
		"profile": "kata-4",
		"checks": {
			"image_pull": "if_present",
			"oci_version": true,
			"rootfs_propagation": true,
			"guest_hooks": [],
			"unique_containers": false,
			"storage_one_to_one": true,
			"env_complete": false,
			"start_before": [],
			"application_from": 2,
		},
	},
	"shared": [
		"/run/kata-containers/shared/containers/",
		"/run/kata-containers/shared/containers/passthrough/",
		"/run/kata-containers/shared/containers/watchable/",
		"/run/kata-containers/shared/containers/passthrough/watchable/",
	],
	"root": ["/run/kata-containers/", "/rootfs"],
	"kinds": [
		["proc", ["nosuid", "noexec", "nodev"]],
		["tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]],
		["devpts", [
			"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5",
		]],
		["bind", ["rbind"]],
		["mqueue", ["nosuid", "noexec", "nodev"]],
		["sysfs", ["nosuid", "noexec", "nodev", "ro"]],
		["bind", ["rbind", "ro", "nosuid", "nodev", "noexec"]],
		["cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]],
		["bind", ["rbind", "rprivate", "rw"]],
		["bind", ["rbind", "rprivate", "ro"]],
	],
	"mounts": [
		["/proc", 0, "proc"],
		["/dev", 1, "tmpfs"],
		["/dev/pts", 2, "devpts"],
		["/dev/shm", 3, "/run/kata-containers/sandbox/shm"],
		["/dev/mqueue", 4, "mqueue"],
		["/sys", 5, "sysfs"],
		["/etc/resolv.conf", 6, null, "resolv.conf"],
		["/sys/fs/cgroup", 7, "cgroup"],
		["/etc/hosts", 8, null, "hosts"],
		["/dev/termination-log", 8, null, "termination-log"],
		["/etc/hostname", 8, null, "hostname"],
		["/etc/resolv.conf", 8, null, "resolv.conf"],
		["/var/run/secrets/kubernetes.io/serviceaccount", 9, null, "serviceaccount"],
		["/var/run/secrets/azure/tokens", 9, null, "tokens"],
		["/data", 8, ""],
		["/tmp", 8, "/run/kata-containers/sandbox/ephemeral/tmp"],
	],
	"volumes": [
		{
			"driver": "",
			"driver_options": ["encryption_key=ephemeral", "create_filesystem"],
			"source": "",
			"fstype": "ext4",
			"options": [],
			"mount_point": "$(spath)/$(b64_device_id)",
			"fs_group": null,
			"shared": true,
		},
		{
			"driver": "ephemeral",
			"driver_options": [],
			"source": "tmpfs",
			"fstype": "tmpfs",
			"options": [],
			"mount_point": "/run/kata-containers/sandbox/ephemeral/tmp",
			"fs_group": null,
			"shared": false,
		},
	],
	"linux": [
		{
			"Namespaces": [
				{"Type": "ipc", "Path": ""},
				{"Type": "uts", "Path": ""},
				{"Type": "mount", "Path": ""},
			],
			"MaskedPaths": [
				"/proc/acpi", "/proc/asound", "/proc/kcore",
				"/proc/keys", "/proc/latency_stats",
				"/proc/timer_list", "/proc/timer_stats",
				"/proc/sched_debug", "/sys/firmware",
				"/proc/scsi",
			],
			"ReadonlyPaths": [
				"/proc/bus", "/proc/fs", "/proc/irq",
				"/proc/sys", "/proc/sysrq-trigger",
			],
			"Devices": [],
			"Sysctl": {
				"net.ipv4.ip_unprivileged_port_start": "0",
				"net.ipv4.ping_group_range": "0 2147483647",
			},
		},
		{
			"Namespaces": [
				{"Type": "ipc", "Path": ""},
				{"Type": "uts", "Path": ""},
				{"Type": "mount", "Path": ""},
			],
			"MaskedPaths": [
				"/proc/acpi", "/proc/kcore", "/proc/keys",
				"/proc/latency_stats", "/proc/timer_list",
				"/proc/timer_stats", "/proc/sched_debug",
				"/proc/scsi", "/sys/firmware",
			],
			"ReadonlyPaths": [
				"/proc/asound", "/proc/bus", "/proc/fs",
				"/proc/irq", "/proc/sys",
				"/proc/sysrq-trigger",
			],
			"Devices": [],
			"Sysctl": {
				"net.ipv4.ip_unprivileged_port_start": "0",
				"net.ipv4.ping_group_range": "0 2147483647",
			},
		},
	],
	"env": [
		"^HOSTNAME=[a-zA-Z0-9_\\.\\-]+$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_PORT_[0-9]{1,5}_(TCP|UDP)=(tcp|udp)://(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]):[0-9]{1,5}$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_PORT_[0-9]{1,5}_(TCP|UDP)_PROTO=(tcp|udp)$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_PORT_[0-9]{1,5}_(TCP|UDP)_PORT=[0-9]{1,5}$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_PORT_[0-9]{1,5}_(TCP|UDP)_ADDR=(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_SERVICE_HOST=(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_SERVICE_PORT=[0-9]{1,5}$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_SERVICE_PORT_[a-zA-Z0-9_\\.\\-]+=[0-9]{1,5}$",
		"^[A-Z](?:[A-Z0-9_]{0,61}[A-Z0-9])?_PORT=(tcp|udp)://(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]):[0-9]{1,5}$",
		"^JOB_COMPLETION_INDEX=[0-9]+$",
		"^AZURE_CLIENT_ID=[A-Fa-f0-9-]*$",
		"^AZURE_TENANT_ID=[A-Fa-f0-9-]*$",
		"^AZURE_FEDERATED_TOKEN_FILE=/var/run/secrets/azure/tokens/azure-identity-token$",
		"^AZURE_AUTHORITY_HOST=https://login\\.microsoftonline\\.com/$",
		"^TERM=xterm$",
	],
	"capabilities": [
		[[]],
		[
			["$(default_caps)"],
			[
				"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE",
				"FOWNER", "FSETID", "KILL", "MKNOD",
				"NET_BIND_SERVICE", "NET_RAW", "SETFCAP",
				"SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
			],
		],
	],
	"pod": [
		"^web-0$", "shop",
		"^/var/run/netns/cni-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
		"^/var/log/pods/$(sandbox-namespace)_$(sandbox-name)_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
		[null, "setup", "web"],
	],
	"annotations": [
		"io.katacontainers.pkg.oci.bundle_path",
		"io.katacontainers.pkg.oci.container_type",
	],
}

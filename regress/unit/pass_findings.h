/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/* Cases of pass_test.c: {how}, input, findings, least severity shown. */

/* clean */
{{V12}, WITH(""), "", DIAG_NOTE},
{{NEW}, WITH(""), "", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: \"\"\n"), "", DIAG_NOTE},
{{NEW}, POD(KEY "servicemesh-ingress: DISABLED\n" KEY
    "servicemesh-egress: a#127.0.0.2:80#b:80\n"), "", DIAG_NOTE},
/* annotations */
{{V12}, POD(KEY "servicemesh-ingres: a#80#true\n"),
    "6:5 warning annotation-unknown", DIAG_NOTE},
{{V12}, POD(KEY "pod-role: boss\n"), "6:41 error role-unknown", DIAG_NOTE},
{{V12}, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n"
    NOTES KEY "secure-pv: a:b\n" KEY "workload-secret-id: x\n"
    "spec:\n  template:\n    metadata:\n      annotations:\n"
    "        contrast.edgeless.systems/secure-pv: c:d\n"
    "        contrast.edgeless.systems/workload-secret-id: x\n"
    "    spec:\n      runtimeClassName: contrast-cc\n      containers: []\n",
    "6:42 error annotation-conflict", DIAG_NOTE},
{{V12, .location = ANNOT_TEMPLATE},
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n"
    NOTES KEY "image-store-size: oops\n"
    "spec:\n  template:\n    spec:\n      runtimeClassName: contrast-cc\n"
    "      containers: []\n", "", DIAG_NOTE},
{{V12}, POD(KEY "skip-initializer: \"yes\"\n"),
    "6:49 warning skip-initializer-value", DIAG_NOTE},
{{V12}, POD(KEY "skip-initializer: \"true\"\n"),
    "6:49 warning mesh-deny-stays", DIAG_NOTE},
{{V12, .deny = DENY_OFF}, POD(KEY "skip-initializer: \"true\"\n"), "",
    DIAG_NOTE},
{{V12}, POD(KEY "skip-initializer: \"true\"\n")
    "  initContainers:\n  - name: mine\n    image: x:1" D "\n"
    "    env: [{name: CONTRAST_SERVICE_MESH_DISABLED, value: x}]\n", "",
    DIAG_NOTE},
{{V12}, WITH("  initContainers:\n  - name: initializer\n"
    "    image: r.example/contrast/initializer:v1" D "\n"),
    "12:5 warning initializer-twice", DIAG_NOTE},
{{V12, .skip_initializer = true},
    WITH("  initContainers:\n  - name: initializer\n"
    "    image: r.example/contrast/initializer:v1" D "\n"), "", DIAG_NOTE},
/* runtime classes */
{{.profile = PROFILE_V12}, WITH(""), "6:21 error runtime-class-no-default",
    DIAG_NOTE},
{{.profile = PROFILE_V12}, CLASS("kata-cc-isolation"),
    "6:21 warning runtime-class-assumed", DIAG_NOTE},
{{.platform = "AKS-CLH-SNP"}, CLASS("kata-cc-isolation"),
    "6:21 warning runtime-class-old", DIAG_NOTE},
{{V12}, CLASS("contrast-cc-whatever"), "", DIAG_NOTE},
{{NEW}, CLASS("contrast-cc-metal-qemu-insecure"),
    "6:21 error runtime-class-unknown", DIAG_NOTE},
{{NEW, .no_handler = true}, CLASS("contrast-cc-metal-qemu-tdx-0123abcx"),
    "6:21 error runtime-handler-unknown", DIAG_NOTE},
{{NEW}, CLASS("contrast-cc-whatever"), "6:21 error runtime-class-unknown",
    DIAG_NOTE},
{{.profile = PROFILE_V12}, CLASS("contrast-cc-whatever-0123abcd"),
    "6:21 error runtime-class-unknown", DIAG_NOTE},
{{.profile = PROFILE_V12}, CLASS("contrast-cc-metal-qemu-tdx"), "", DIAG_NOTE},
{{.profile = PROFILE_V12, .no_handler = true},
    CLASS("contrast-cc-metal-qemu-tdx"), "6:21 error runtime-handler-unknown",
    DIAG_NOTE},
{{.profile = PROFILE_V12, .no_handler = true},
    CLASS("contrast-cc-metal-qemu-tdx-0123abcd"), "", DIAG_NOTE},
{{NEW}, CLASS("contrast-insecure"), "6:21 error runtime-class-insecure",
    DIAG_NOTE},
{{.platform = "Metal-QEMU-Insecure", .profile = PROFILE_LATEST},
    CLASS("contrast-insecure"), "", DIAG_NOTE},
{{.platform = "Metal-QEMU-Insecure", .profile = PROFILE_LATEST},
    CLASS("contrast-cc"), "6:21 error runtime-class-insecure", DIAG_NOTE},
{{NEW}, CLASS("contrast-insecure-metal-qemu-0123abcd"), "", DIAG_NOTE},
/* volumes */
{{V12}, WITH("  volumes:\n  - name: contrast-secrets\n    configMap: {name: x}\n"),
    "12:5 error volume-not-empty-dir", DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: a\n"), "6:42 error secure-pv-format", DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: a:b:c\n"), "6:42 error secure-pv-format",
    DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: \"\"\n"), "", DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: \"dev:b\"\n"), "6:43 error secure-pv-no-device",
    DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: v:b\n") "  volumes:\n  - name: v\n    emptyDir: {}\n",
    "14:5 error secure-pv-device-type", DIAG_NOTE},
{{V12}, POD(KEY "secure-pv: v:b\n")
    "  volumes:\n  - name: v\n    persistentVolumeClaim: {claimName: x}\n",
    "", DIAG_NOTE},
{{NEW}, POD(KEY "image-store-size: 1O\n"), "6:49 error image-store-size",
    DIAG_NOTE},
{{NEW}, POD(KEY "image-store-size: 1.5.1Gi\n"), "6:49 error image-store-size",
    DIAG_NOTE},
{{NEW}, POD(KEY "image-store-size: 5Gi\n")
    "  volumes:\n  - name: image-store\n    emptyDir: {}\n",
    "14:5 error image-store-volume", DIAG_NOTE},
/* images and the list of replacements */
{{V12, .replacements = "# x\n\na = b\nc d=e\n=f\n"}, WITH(""),
    "4:1 error image-replacement; 5:1 error image-replacement", DIAG_NOTE},
{{V12}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1\n",
    "8:5 note no-memory-limit; 9:12 warning image-not-pinned", DIAG_NOTE},
{{NEW}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1\n",
    "9:12 error image-not-pinned", DIAG_WARNING},
{{V12, .strict = true}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1\n",
    "9:12 error image-not-pinned", DIAG_WARNING},
{{V12}, HEAD SPEC "  containers:\n  - name: c\n",
    "8:5 warning image-missing", DIAG_WARNING},
{{V12, .skip_initializer = true, .replacements = "i:1=j:2\n"},
    HEAD SPEC "  containers:\n  - name: c\n    image: i:1\n",
    "9:12 warning image-not-pinned", DIAG_WARNING},
{{V12, .skip_initializer = true, .replacements = "i:1=j:2" D "\n"},
    HEAD SPEC "  containers:\n  - name: c\n    image: i:1\n", "", DIAG_WARNING},
{{V12, .replacements = "ghcr.io/edgelesssys/contrast/initializer:latest=j:2\n"},
    WITH(""), "10:39 warning image-not-pinned", DIAG_WARNING},
{{NEW, .coco = true}, CLASS("kata-qemu-snp"), "", DIAG_NOTE},
/* CPUs, GPUs, hosts */
{{V12}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1" D "\n"
    "    resources: {limits: {memory: 1Gi, cpu: 8}}\n",
    "4:9 warning too-many-cpus", DIAG_NOTE},
{{NEW}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1" D "\n"
    "    resources: {limits: {memory: 1Gi, cpu: 219.1}}\n",
    "4:9 error too-many-cpus", DIAG_NOTE},
{{NEW}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1" D "\n"
    "    resources: {limits: {memory: 1Gi, cpu: two}}\n",
    "10:44 error cpu-quantity", DIAG_NOTE},
{{NEW}, HEAD SPEC "  containers:\n  - name: c\n    image: i:1" D "\n"
    "    resources: {limits: {memory: 1Gi, nvidia.com/pgpu: \"2\"}}\n",
    "4:9 error too-few-cpus", DIAG_NOTE},
{{V12}, WITH("  hostNetwork: true\n"), "11:16 warning host-network", DIAG_NOTE},
{{V12}, WITH("  imagePullSecrets: [{name: x}]\n"),
    "11:21 warning pull-secrets", DIAG_NOTE},
{{NEW}, WITH("  imagePullSecrets: [{name: x}]\n"),
    "11:21 warning pull-secrets", DIAG_NOTE},
/* volumes of the completed text */
{{V12}, WITH("  volumes:\n  - name: v\n    hostPath: {path: /}\n"),
    "12:5 warning volume-type", DIAG_NOTE},
{{NEW}, WITH("  volumes:\n  - name: v\n    hostPath: {path: /}\n"),
    "12:5 error volume-type", DIAG_NOTE},
{{NEW}, WITH("    volumeDevices: [{name: v, devicePath: /dev/x}]\n"
    "  volumes:\n  - name: v\n    persistentVolumeClaim: {claimName: x}\n"),
    "", DIAG_NOTE},
{{NEW}, WITH("    volumeMounts: [{name: w, mountPath: /x}]\n"),
    "11:20 error mount-without-volume", DIAG_NOTE},
{{NEW}, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: s\n"
    "spec:\n  template:\n    spec:\n      runtimeClassName: contrast-cc\n"
    "      containers: []\n  volumeClaimTemplates:\n  - metadata: {name: v}\n",
    "11:5 error claim-not-block", DIAG_NOTE},
/* versions */
{{V12, .deny = DENY_OFF, .replacements =
    "ghcr.io/edgelesssys/contrast/initializer:latest=r/initializer:v2" D "\n"},
    POD(KEY "skip-initializer: \"true\"\n")
    "  initContainers:\n  - name: contrast-initializer\n"
    "    image: r/initializer:v1" D "\n",
    "15:12 warning version-mismatch", DIAG_NOTE},
/* the debug shell */
{{V12}, WITH("  initContainers:\n  - name: contrast-debug-shell\n"
    "    image: x:1" D "\n"), "12:5 warning debug-shell-left", DIAG_NOTE},
/* two Coordinators */
{{V12}, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: a\n"
    "spec:\n  template:\n    metadata:\n      annotations:\n"
    "        contrast.edgeless.systems/pod-role: coordinator\n"
    "    spec: {containers: []}\n---\n"
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: b\n"
    "  namespace: default\nspec:\n  template:\n    metadata:\n      labels:\n"
    "        contrast.edgeless.systems/pod-role: coordinator\n"
    "    spec: {containers: []}\n", "15:9 warning two-coordinators", DIAG_NOTE},
/* the mesh */
{{V12}, POD(KEY "servicemesh-ingress: a#80\n"),
    "6:52 error mesh-field-count", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: \"a#80#yes##b#x#true\"\n"),
    "6:58 error mesh-boolean; 6:65 error mesh-port", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: 'it''s#80#yes'\n"),
    "6:52 error mesh-boolean", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: |-\n      a#80#yes\n"),
    "6:52 error mesh-boolean", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-admin-interface-port: https\n"),
    "6:65 error mesh-admin-syntax", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-admin-interface-port: \"0\"\n"),
    "6:66 error mesh-admin-port", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-egress: \"\"\n"),
    "6:51 warning mesh-egress-empty", DIAG_NOTE},
{{V12, .strict = true}, POD(KEY "servicemesh-egress: \"\"\n"),
    "6:51 error mesh-egress-empty", DIAG_NOTE},
{{NEW}, POD(KEY "servicemesh-egress: \"\"\n"),
    "6:52 error mesh-egress-empty", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: DISABLED\n"),
    "6:52 error mesh-field-count", DIAG_NOTE},
{{NEW}, POD(KEY "servicemesh-ingress: DISABLED\n"),
    "6:52 warning mesh-disabled-only", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: a#81#true\n"),
    "6:54 note mesh-port-undeclared", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: a#81#true\n")
    "    ports: [{containerPort: 81}, {containerPort: 53, protocol: UDP}]\n",
    "13:50 note mesh-not-tcp", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: \"\"\n")
    "    ports: [{containerPort: 15006}]\n",
    "13:29 error mesh-port-in-use", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-egress: a#127.0.0.2:80#b:80\n")
    "    ports: [{containerPort: 80}]\n",
    "13:29 warning mesh-listener-clash", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: a#81#true##b#82#false\n")
    "    ports: [{containerPort: 81}, {containerPort: 82, name: two}]\n"
    "    startupProbe: {httpGet: {port: 81}}\n"
    "    livenessProbe: {tcpSocket: {port: two}}\n"
    "    readinessProbe: {httpGet: {port: 82, scheme: HTTPS}}\n"
    "    lifecycle: {preStop: {httpGet: {port: 83}}}\n",
    "15:32 warning mesh-probe; 17:36 warning mesh-probe", DIAG_NOTE},
{{NEW}, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n"
    NOTES KEY "servicemesh-ingress: \"\"\n"
    "spec:\n  template:\n    spec:\n      runtimeClassName: contrast-cc\n"
    "      containers: []\n", "6:52 note mesh-annotation-on-object", DIAG_NOTE},
{{V12}, HEAD NOTES KEY "servicemesh-ingress: \"\"\nspec:\n" MAIN,
    "6:52 warning mesh-without-runtime", DIAG_NOTE},
{{V12}, POD(KEY "servicemesh-ingress: \"\"\n")
    "  initContainers:\n  - name: contrast-service-mesh\n    image: mine:1" D
    "\n", "14:5 note mesh-replaced", DIAG_NOTE},

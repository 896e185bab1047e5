/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a refusal, and who else may have caused it. */
#include "compiler/analyse/why_int.h"
#include "runtime/base/banned.h"

#define REGENERATE "run contrastc generate and apply what it writes"

/* By check; those with a place first. */
static const struct {
	const char *check, *place, *help;
} helps[] = {
    {"env", "",
	"set the variable in the pod template, or keep what adds it away from "
	"the pod (webhooks, PodPresets); then " REGENERATE},
    {"args", "",
	"the command is not the one of the pod template or the image: if the "
	"image has changed, lock it again; then " REGENERATE},
    {"user", "/OCI/Process/User/Add",
	"groups come from securityContext and the image's /etc/group: set "
	"runAsUser, runAsGroup, fsGroup and supplementalGroups"},
    {"user", "",
	"set runAsUser and runAsGroup in securityContext, or lock the image "
	"again if its user has changed; then " REGENERATE},
    {"capabilities", "",
	"name the capabilities in securityContext.capabilities, or remove what "
	"adds them; then " REGENERATE},
    {"mounts", "",
	"declare the volume in the pod template, or keep what mounts it away "
	"from the pod; then " REGENERATE},
    {"storages", "",
	"declare the volume in the pod template; images are pulled in the "
	"guest only if the node's snapshotter leaves it to the guest"},
    {"image", "",
	"the image is another one than the policy's: pin it by digest and lock "
	"it again; then " REGENERATE},
    {"annotations", "",
	"put the annotation into the pod template, or remove what adds it"},
    {"names", "",
	"the pod has another name or namespace than its policy is for: " REGENERATE
	" for the namespace that it runs in"},
    {"container", "",
	"the policy has no container like this one: was the resource changed "
	"after generate, or a sidecar injected? " REGENERATE},
    {"order", "",
	"the Initializer and the service mesh come before the application: "
	"look why they did not start"},
    {"unique", "", "the container runs already"},
    {"state", "",
	"another container of the pod had another name, namespace or network"},
    {"exec-process", "",
	"commands that probes and hooks do not run are closed: use --access "
	"debug for a while, or allow it in the settings "
	"(request_defaults.ExecProcessRequest)"},
    {"copy-file", "", "files are copied below the pod's shared directory only"},
    {"create-sandbox", "",
	"the runtime is not the one of the target: compare the runtime class "
	"with --target"},
    {"linux", "",
	"the runtime is not the one of the target, or the pod's sysctls are "
	"not those of the pod template"},
    {"namespaces", "", "set shareProcessNamespace or hostNetwork as they are"},
    {"version", "",
	"the node has another containerd than the settings say "
	"(kata_config.oci_version)"},
    {"root", "",
	"the runtime is not the one of the target: compare the runtime class "
	"with --target"},
    {"kind", "",
	"the runtime's own annotations are not what the target's runtime "
	"sends: compare the runtime class with --target"},
    {"devices", "", "declare the device in volumeDevices or in the limits"},
    {"complete", "", "a variable of the pod template is missing"},
    {"command", "",
	"commands that probes and hooks do not run are closed: use --access "
	"debug for a while, or allow it in the settings "
	"(request_defaults.ExecProcessRequest)"},
    {"path", "", "files are copied below the pod's shared directory only"},
    {"remove-container", "", "the policy let no container of this id be made"},
    {"propagation", "",
	"the runtime is not the one of the target: compare the runtime class "
	"with --target"},
    {"closed", "",
	"no container may send this; the settings (request_defaults) open "
	"streams, and --access debug does for a while"},
    {"", "", REGENERATE},
};

const char *
why_help(struct str check, struct str pointer)
{
	size_t i, last = sizeof(helps) / sizeof(*helps) - 1;

	for (i = 0; i < last; i++) {
		if (str_eqz(check, helps[i].check) &&
		    str_starts(pointer, str_from(helps[i].place)))
			return helps[i].help;
	}
	return helps[last].help;
}

/* What they inject, by the beginning of what was found. */
static const struct {
	const char *name, *place, *begin;
} webhooks[] = {
    {"azure-workload-identity", "/Env", "\"AZURE_"},
    {"azure-workload-identity", "", "/var/run/secrets/azure"},
    {"eks-pod-identity", "/Env", "\"AWS_CONTAINER_"},
    {"eks-pod-identity", "/Env", "\"AWS_ROLE_ARN="},
    {"eks-pod-identity", "/Env", "\"AWS_WEB_IDENTITY_"},
    {"eks-pod-identity", "/Env", "\"AWS_REGION="},
    {"eks-pod-identity", "/Env", "\"AWS_DEFAULT_REGION="},
    {"eks-pod-identity", "/Env", "\"AWS_STS_"},
    {"eks-pod-identity", "", "eks.amazonaws.com"},
    {"istio", "/Env", "\"ISTIO_"},
    {"istio", "/Env", "\"PILOT_"},
    {"istio", "", "istio"},
    {"linkerd", "/Env", "\"LINKERD2_PROXY_"},
    {"linkerd", "", "linkerd"},
    {"vault-agent", "/Env", "\"VAULT_"},
    {"vault-agent", "", "/vault/secrets"},
    {"vault-agent", "", "vault-agent"},
    {"gcp-workload-identity", "/Env", "\"GOOGLE_APPLICATION_CREDENTIALS="},
    {"gcp-workload-identity", "/Env", "\"CLOUDSDK_"},
    {"gcp-workload-identity", "", "gcp-ksa"},
    {"opentelemetry-operator", "/Env", "\"OTEL_"},
    {"opentelemetry-operator", "", "/otel-auto-instrumentation"},
    {"datadog", "/Env", "\"DD_"},
    {"datadog", "", "datadog"},
    {"dynatrace", "/Env", "\"DT_"},
    {"dynatrace", "", "dynatrace"},
    {"newrelic", "/Env", "\"NEW_RELIC_"},
    {"cert-manager", "", "cert-manager"},
    {"spiffe", "", "spiffe"},
    {"dapr", "/Env", "\"DAPR_"},
    {"dapr", "", "daprd"},
    {"consul", "/Env", "\"CONSUL_"},
    {"consul", "", "consul"},
    {"kuma", "/Env", "\"KUMA_"},
    {"kuma", "", "kuma-"},
    {"kubernetes service links", "/Env", "_SERVICE_PORT"},
};

const char *
why_webhook(struct str pointer, struct str found)
{
	size_t i, at;

	for (i = 0; i < sizeof(webhooks) / sizeof(*webhooks); i++) {
		at = str_find(found, str_from(webhooks[i].begin), 0);
		if (at == SIZE_MAX || (webhooks[i].begin[0] == '"' && at > 0) ||
		    str_find(pointer, str_from(webhooks[i].place), 0) ==
			SIZE_MAX)
			continue;
		return webhooks[i].name;
	}
	return NULL;
}

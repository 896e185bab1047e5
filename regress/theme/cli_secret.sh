# SPDX-License-Identifier: Apache-2.0
# Command lines about secrets that others could read; functions for cli.sh.

# The tokens are put together here, so that no scanner takes them for real.
cli_secret() {
	image=$(head -n 1 "$cli_from/images/REFERENCES")
	token=gh'p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'
	cat >"$cli_from/sec.yml" <<-END
	apiVersion: v1
	kind: Secret
	metadata: {name: db}
	stringData: {password: hunter22, user: "shop"}
	---
	apiVersion: v1
	kind: Pod
	metadata:
	  name: p
	  annotations:
	    contrast.edgeless.systems/workload-secret-id: $token
	spec:
	  runtimeClassName: contrast-cc
	  containers:
	  - name: c
	    image: $image
	    args: ["--verbose", "--admin-password", "hunter33", "--x=$token"]
	    envFrom: [{secretRef: {name: db}}]
	    env:
	    - name: DB_PASSWORD
	      valueFrom: {secretKeyRef: {name: db, key: password}}
	    - {name: API_PASSWORD, value: hunter44}
	    - {name: PASSWORD_FILE, value: /run/password}
	    - name: TLS
	      value: |
	        -----BEGIN RSA PRIVATE ''KEY-----
	        hunter55
	    livenessProbe: {exec: {command: [curl, "https://u:hunter66@localhost"]}}
	END
	sed -i "s/''//" "$cli_from/sec.yml"
	cli 0 '@G sec.yml' has=manifest.json 'err!hunter' "err!$token" \
		"err=^sec.yml:17:25: warning: .* argument '--admin-password': it looks like a password " \
		'err=^sec.yml:17:57: warning: .* argument 4: it looks like a token of GitHub' \
		"err=^sec.yml:18:27: warning: .* variable 'password': it is in Secret 'db' " \
		"err=^sec.yml:18:27: warning: .* variable 'user': it is in Secret 'db' " \
		"err=^sec.yml:21:33: warning: .* variable 'DB_PASSWORD': it is in Secret 'db' " \
		"err=^sec.yml:22:35: warning: .* variable 'API_PASSWORD': it looks like a password " \
		"err=^sec.yml:25:14: warning: .* variable 'TLS': it looks like a private key " \
		'err=^sec.yml:28:44: warning: .* argument 2: it looks like an address with a password ' \
		'err=^manifest.json:[0-9]+:[0-9]+: warning: .*, which looks like a token of GitHub .secret-in-manifest' \
		'err!PASSWORD_FILE' 'err=^0 errors, 9 warnings$'
	for kind in json sarif junit github gitlab azuredevops tap; do
		cli 0 "@G sec.yml --report $kind=- | tee r && ! grep -E 'hunter|$token' r" \
			'out=secret-in-policy'
	done
	cli 0 '@G sec.yml -W no-secret-in-policy -W no-secret-in-manifest' \
		'err=^0 errors, 0 warnings, 9 suppressed'
	cli 1 '@G sec.yml -W error=secret-in-policy' hasnot=manifest.json \
		'err=error: every verifier can read' 'err!hunter'
	cli 1 '@G sec.yml -W error=secret-in-manifest' hasnot=manifest.json \
		hasnot=workload-owner.pem 'err=^manifest.json:[0-9]+:.* error: '
	cli 0 '@G shop helm kustomize' 'err!secret-in-'
	rm "$cli_from/sec.yml"
}

# SPDX-License-Identifier: Apache-2.0
# Command lines, each in a fresh copy of the samples:
#   cli STATUS 'ARGUMENTS' [CHECK...]
# ARGUMENTS is a line of sh words after the program's name; @G stands for
# "generate" with a platform and the images of the samples.  CHECKs:
#   out=PATTERN err=PATTERN   a line of stdout, stderr matches (grep -E)
#   out! err!                 nothing is printed there
#   out!PATTERN err!PATTERN   no line matches
#   has=FILE hasnot=FILE      the file is there, or is not
#   same                      the YAML is as it was
#   nothing                   the same, and no manifest and no key was made
# CLI_PARTS in the environment names the parts to run.
# cli_in names the file for standard input, cli_as a command to run it with.

# shellcheck disable=SC2016,SC2154 # for the shell of the case; the driver's
cli_g="generate --reference-values metal-qemu-snp --offline"
cli_g="$cli_g --image-source oci-layout:images"

cli_check() { # CHECK
	case $1 in
	out=*) grep -qE -e "${1#out=}" "$cli/.out" ;;
	err=*) grep -qE -e "${1#err=}" "$cli/.err" ;;
	out!) [ ! -s "$cli/.out" ] ;;
	err!) [ ! -s "$cli/.err" ] ;;
	out!*) ! grep -qE -e "${1#out!}" "$cli/.out" ;;
	err!*) ! grep -qE -e "${1#err!}" "$cli/.err" ;;
	has=*) [ -e "$cli/${1#has=}" ] ;;
	hasnot=*) [ ! -e "$cli/${1#hasnot=}" ] ;;
	same) diff -r "$cli_from/shop" "$cli/shop" >>"$cli.diff" ;;
	nothing) cli_check same && cli_check hasnot=manifest.json &&
		cli_check hasnot=workload-owner.pem ;;
	*) false ;;
	esac
}

cli_fresh() {
	rm -rf "$cli"
	cp -R "$cli_from" "$cli"
}

# The case runs in what the one before left, if `cli_keep` is set.
cli() {
	status=$1
	line=$2
	shift 2
	[ -n "${cli_keep:-}" ] || cli_fresh
	: >"$cli.diff"
	words=$(printf '%s\n' "$line" | sed "s|@G|$cli_g|g")
	(cd "$cli" && ${cli_as:-} timeout 60 sh -c "contrast $words") \
		<"$cli_from/${cli_in:-empty}" >"$cli/.out" 2>"$cli/.err"
	rc=$?
	[ "$rc" -eq "$status" ] || echo "exit status $rc, not $status" >>"$cli.diff"
	for check; do
		cli_check "$check" || echo "not so: $check" >>"$cli.diff"
	done
	if find "$cli" -name '*.??????' ! -name '*.sha256' ! -name '*.*.*' |
		grep -v 'images/' | grep -q .; then
		echo "a temporary file is left" >>"$cli.diff"
	fi
	if [ -s "$cli.diff" ]; then
		cat "$cli/.err" >>"$cli.diff"
		bad "cli: contrast $line" "$cli.diff"
	else
		ok "cli: contrast $line"
	fi
}

cli_framework() {
	cli 0 '' 'out=^Usage:' err!
	cli 0 '--help' 'out=^  generate ' err!
	cli 0 'generate --help' 'out=--reference-values PLATFORM' err!
	cli 0 'generate -h nosuch' 'out=^Usage:' err!
	cli 0 'help generate' 'out=--add-workload-owner-key FILE' err!
	cli 2 'help nosuch' out! 'err=unknown help topic: nosuch$'
	cli 2 'help lokc' out! 'err=topic: lokc .did you mean lock..$'
	cli 0 '--version' 'out=^contrast version v' err!
	cli 0 '-v' 'out=^contrast version v' err!
	cli 0 'version' 'out=^contrast version v' err!
	cli 2 'nosuch' out! 'err=^Error: unknown command "nosuch" for "contrast"$' \
		"err=^Run 'contrast --help' for usage" 'err!Did you mean'
	cli 2 'genrate' 'err=^Did you mean this' 'err=^.generate$'
	cli 2 'gen' 'err=^.generate$'
	cli 2 '--nosuch' out! 'err=^Error: unknown flag: --nosuch$'
	cli 2 'generate --manifst m shop' out! 'err=^Usage:' nothing \
		'err=^Error: unknown flag: --manifst .did you mean --manifest'
	cli 2 'generate -x shop' "err=^Error: unknown shorthand flag: 'x' in -x$"
	cli 2 'generate shop --manifest' \
		'err=^Error: flag needs an argument: --manifest$'
	cli 2 'generate shop -m' "err=flag needs an argument: 'm' in -m$"
	cli 2 'generate shop -d=x' 'err=^Error: invalid argument "x" for "-d, --disable-updates" flag: strconv.ParseBool: parsing "x": invalid syntax$'
	cli 2 'generate -d -w k.pem shop' 'err=^Error: if any flags in the group \[add-workload-owner-key disable-updates\] are set none of the others can be; \[add-workload-owner-key disable-updates\] were all set$'
	cli 2 'generate' 'err=^Error: no .yml/.yaml files found$' \
		'err=^Name files, directories or -'
	cli 2 'generate --reference-values nosuch shop' nothing \
		'err=^Error: parse flags: invalid reference-values platform: unknown platform: nosuch$' \
		'err=contrast version. lists the platforms'
	cli 2 '@G --startup-deny maybe shop' 'err=startup-deny: unknown value'
	cli 2 '@G --workload-secret-id-format x shop' 'err=unknown value: x'
	cli 2 '@G --color sometimes shop' 'err=unknown value: sometimes'
	cli 2 '@G --report xml shop' 'err=unknown report format: xml'
	cli 2 '@G -W nosuch shop' 'err=-W nosuch: no diagnostic'
	cli 2 '@G --target kata-5 shop' 'err=unknown target: kata-5$' \
		'err=contrast version. lists the targets'
	cli 2 '@G --log-level loud shop' 'err=invalid log level: "loud"'
	cli 2 'explain no-workloat' 'err=did you mean no-workload'
	cli 0 'explain no-workload' 'out=^no-workload .error.' err!
	cli 2 'completion' 'err=name one shell'
	cli 0 'completion zsh' 'out=bashcompinit'
	cli 0 'completion fish' 'out=^complete -c contrast ' \
		'out=subcommand_from settings. -a . init show diff.$' \
		'out=subcommand_from settings. -l settings -s s -d .* -r$' \
		"out=subcommand_from generate. -l access .*-a . production debug. -r$"
	cli 0 'version --json' 'out="contrastc": "v' 'out="name": "kata-4"' \
		'out="settingsSHA256": "[0-9a-f]{64}"' \
		'out="runtimeHandler": "contrast-cc-' 'out="pauseImage": "'
	cli 0 'version' 'out=^targets:$' 'out=^    kata-4$' \
		'out=^container image versions:$' \
		'out=^      settings:          [0-9a-f]{64}$'
	cli 0 'version --format json' 'out="contrastc": "v'
	cli 0 'settings diff kata-4 kata-4 --format=json' 'out="differences": ..'
	cli 0 'version --format text' 'out=^contrast version v'
	cli 2 'version --format yaml' 'err=--format: unknown value: yaml'
	cli 0 'help settings' 'out=init.show.diff' 'out=--origin'
}

# Hashes of layers come from the lock file once they are there.
cli_layers() {
	aks="generate --reference-values aks-clh-snp --offline"
	cli 0 "$aks --image-source oci-layout:images shop" has=contrast.lock
	cli_keep=1
	# shellcheck disable=SC2015 # bad is no alternative to both
	grep -q '"verity_hash": "[0-9a-f]\{64\}"' "$cli/contrast.lock" &&
		ok "cli: hashes of layers are locked" ||
		bad "cli: hashes of layers are locked" "$cli/contrast.lock"
	cp -R "$cli/shop" "$cli/from-layers"
	rm -rf "$cli/images"
	cli 0 "$aks --locked shop"
	if diff -r "$cli/shop" "$cli/from-layers" >"$cli.diff"
	then ok "cli: the same from the lock file"
	else bad "cli: the same from the lock file" "$cli.diff"
	fi
	cli_keep=
}

# The command lines of Contrast's documentation, all releases.
cli_contrast() {
	cli 1 'generate shop/*' out! nothing \
		'err=runtime class name: no default platform was specified'
	cli 0 'generate --reference-values aks-clh-snp --offline --image-source oci-layout:images shop/' \
		'err=Generated workload policy' 'err=image-user-root' has=contrast.lock
	cli 1 'generate --reference-values aks-clh-snp --profile latest --offline --image-source oci-layout:images shop/' \
		nothing "err=AKS-CLH-SNP is not available with profile 'latest'"
	cli 0 '@G shop/*' out! 'err=^✔️ Patched targets$' \
		'err=^✔️ Generated workload policy annotations$' \
		'err=^  Please fill in the reference values for Metal-QEMU-SNP$' \
		'err=^✔️ Updated manifest manifest.json$' \
		has=manifest.json has=workload-owner.pem \
		has=seedshare-owner.pem has=coordinator-policy.sha256 \
		hasnot=rules.rego hasnot=settings.json
	cli 0 '@G --reference-values K3s-QEMU-SNP --skip-initializer shop/' \
		'err=^  Please fill in the reference values for K3s-QEMU-SNP$'
	cli 0 '@G --skip-service-mesh -c layers-cache.json shop'
	cli 0 '@G --log-level=debug --workspace-dir=. -m=m.json shop' \
		has=m.json hasnot=manifest.json
	cli 0 '@G -dm m.json shop' has=m.json hasnot=workload-owner.pem
	cli 0 '@G -mm.json --disable-updates=false shop -- helm' has=m.json \
		has=workload-owner.pem 'err=^  7 of 7 workloads'
	cli 3 '@G shop -- -q' 'err=walk -q: '
	cli 0 '--workspace-dir ws @G shop' has=ws/manifest.json \
		has=ws/workload-owner.pem hasnot=manifest.json
	cli 0 '@G --workspace-dir ws -m m.json shop' has=m.json \
		has=ws/seedshare-owner.pem hasnot=ws/m.json
	cli 0 '@G -q shop' out! err!
	cli 0 '@G shop --profile v1.2'
	cli 0 '@G shop --compat latest --manifest-format 1.2'
	cli 0 '@G -w one.pem -w two.pem --add-seedshare-owner-key s.pem shop' \
		has=manifest.json
	cli_layers
}

# Layers: command line, environment, contrastc.yaml, default.
cli_config() {
	mkdir -p "$cli_from/repo/.git" "$cli_from/repo/in/ner"
	printf '%s\n' 'options: {color: never, warn: no-input-ignored}' \
		'commands:' '  generate:' '    offline: yes' \
		'    reference-values: metal-qemu-snp' \
		'    image-source: oci-layout:../images' \
		'    startup-deny: off' '    manifest: m.json' \
		'    filename: [../shop]' '    manifest-format: 1.10' \
		'  policies: {json: true}' >"$cli_from/repo/contrastc.yaml"
	for case in 'option: {}:1:1:config-unknown:options' \
		'options: {colour: x}:1:11:config-unknown:color' \
		'commands: {generat: {}}:1:12:config-unknown:generate' \
		'options: {config: x}:1:11:config-unknown:' \
		'commands: {policies: {target: x}}:1:23:config-unknown:' \
		'options: {offline: 1}:1:20:config-type:' \
		'options: {target: []}:1:19:config-type:' \
		'options: {images: [[a]]}:1:20:config-type:' \
		'options: [a]:1:10:config-type:' '[a]:1:1:config-type:' \
		'options: {registry-token: x}:1:11:config-secret:@FILE' \
		'a: ]:1:4:yaml-syntax:'
	do
		printf '%s\n' "${case%%:[0-9]*}" >"$cli_from/c.yaml"
		rest=${case#"${case%%:[0-9]*}"}
		place=${rest%:*:*}
		rest=${rest#"$place"}
		name=${rest#:}
		cli 2 'generate --config c.yaml shop' nothing out! \
			"err=^c.yaml$place: error: .*.${name%%:*}.\$" \
			"err=^(help: .*${name#*:}|1 error)"
	done
	printf 'options: {registry-token: "hunter2"}\n' >"$cli_from/c.yaml"
	cli 2 'generate --config c.yaml shop' 'err!hunter2'
	cli 2 'version --config c.yaml' out! 'err=config-secret'
	# who asks what a fault means gets an answer
	cli 0 'explain config-unknown --config c.yaml' 'out=^config-unknown' err!
	cli 0 'help lock --config c.yaml' 'out=^lock: ' err!
	cli 0 'completion bash --config c.yaml' 'out=complete -' err!
	printf 'a: 1\n---\nb: 1\n' >"$cli_from/c.yaml"
	cli 2 'version --config c.yaml' 'err=^c.yaml:3:1: .* one document'
	printf '# nothing\n' >"$cli_from/c.yaml"
	cli 0 'version --config c.yaml' err!
	cli 3 'version --config nosuch' out! 'err=^Error: configuration file: '
	head -c 1100000 /dev/zero | tr '\0' '#' >"$cli_from/c.yaml"
	cli 3 'version --config c.yaml' 'err=larger than the limit'
	cli 0 'generate --config repo/contrastc.yaml' has=repo/m.json
	cli 0 'generate --config repo/contrastc.yaml -m x.json --startup-deny=on' \
		has=x.json hasnot=repo/m.json
	cli 2 'generate --config /dev/null' 'err=no .yml/.yaml files found'
	cli 0 'generate --workspace-dir repo/in/ner' has=repo/m.json \
		has=repo/in/ner/workload-owner.pem 'err=^  5 of 5'
	cli 0 'generate --workspace-dir repo/in helm/parcel.yml' 'err=^  2 of 2'
	cli 0 '@G repo helm' 'err=^  2 of 2' 'err!contrastc.yaml'
	cli 0 'config show --workspace-dir repo --report tap=r.tap' has=r.tap
	cp "$cli_from/repo/contrastc.yaml" "$cli_from/kept.yaml"
	printf 'options: {report: [sarif=r.sarif, tap]}\n' \
		>"$cli_from/repo/contrastc.yaml"
	cli 0 'config show --workspace-dir repo' has=repo/r.sarif 'err=^TAP'
	mv "$cli_from/kept.yaml" "$cli_from/repo/contrastc.yaml"
	cli 0 'config show --workspace-dir repo/in --origin generate' err! \
		'out=^    manifest-format: "1.10" # repo/in/../contrastc.yaml:10:22$' \
		'out=^    lock-file: "contrast.lock" # default$' \
		'out=^    image-source: ."oci-layout:repo/in/../../images".'
	cli 0 'config show --workspace-dir repo --json' \
		'out="file": "repo/contrastc.yaml"' 'out="line": 11'
	cli 0 'config show generate >c.yaml && contrast config show --origin generate --config c.yaml' \
		'out=^    start-order: "auto" # c.yaml:'
	cli 2 'config' 'err=expected show'
	cli 2 'config show nosuch' 'err=unknown command: nosuch'
	cli_as='env CONTRASTC_ACCESS=debug CONTRASTC_QUIET=1 CONTRASTC_COLOR='
	cli_as="$cli_as CONTRASTC_WARN=error,no-input-ignored"
	cli 0 'config show generate --workspace-dir repo --origin --color=always' \
		'out=^    access: "debug" # CONTRASTC_ACCESS$' \
		'out=^    warn: ."error","no-input-ignored". # CONTRASTC_WARN' \
		'out=^    quiet: true ' 'out=^    color: "always" # flag'
	cli 0 'config show generate --workspace-dir repo -W no-config-variable' \
		'out=^    warn: ."no-config-variable".$'
	cli_as='env CONTRASTC_OFLINE=1 CONTRASTC_DATA_DIR='
	cli 0 '@G shop' 'err=CONTRASTC_OFLINE .config-variable' 'err!DATA_DIR'
	cli 1 '@G -W error shop' nothing
	cli_as='env CONTRASTC_OFFLINE=perhaps'
	cli 2 'generate shop' 'err=OFFLINE: not a boolean word: perhaps .true or false.$'
	cli 0 'version'
	printf 'commands: {generate: {registry-password: "@pw"}}\n' \
		>"$cli_from/ws/c.yaml"
	cli_as='env CONTRASTC_REGISTRY_TOKEN=hunter2,3'
	cli 0 'config show --origin generate --config ws/c.yaml' 'out!hunter2' \
		'out=^    registry-token: "\(secret\)" # CONTRASTC_REGISTRY_TOKEN' \
		'out=^    registry-password: "@ws/pw" # ws/c.yaml:1:42$'
	cli 0 'config show --json --config ws/c.yaml' 'out!hunter2'
	rm "$cli_from/ws/c.yaml"
	cli_as='env CONTRASTC_DENIALS=some'
	cli 2 '@G shop' 'err=unknown value: some .CONTRASTC_DENIALS. .one of: markers, none.$'
	cli_as='env CONTRASTC_PROFILE=latest'
	cli 2 '@G shop --compat 1.3' 'err=unknown profile: 1.3$'
	cli_as='env CONTRAST_ALLOW_INSECURE=1'
	cli 0 'config show --origin generate' \
		'out=^    INSECURE: true # CONTRAST_ALLOW_INSECURE$'
	cli_as=
	cli 0 '-W error --report text --color never version'
	# outside of a repository nothing above counts
	rmdir "$cli_from/repo/.git"
	cli 2 'generate --workspace-dir repo/in' 'err=no .yml/.yaml files'
	[ "$(id -u)" -ne 0 ] || cli 3 'version >v && mkdir repo/.git && chown 65533 repo/contrastc.yaml && chown 65534 repo/in && contrast generate --workspace-dir repo/in' \
		'err=belongs to another user'
	rm -rf "$cli_from/repo" "$cli_from/c.yaml"
}

cli_streams() {
	cli_in=helm/parcel.yml
	cli 0 '@G -' 'out=^# Source: ' 'out!✔️' 'err=^✔️ Patched' has=manifest.json
	cli 0 '@G -f -' 'out=cc_init_data: ' 'err=^  2 of 2 workloads'
	cli 0 '@G - -o out.yml' out! has=out.yml
	cli 0 '@G shop -o -' 'out=^kind: Service' 'err=^✔️ Updated'
	cli 3 '@G - >/dev/full' 'err=write standard output: No space'
	cli_in=service.yml
	cli 1 '@G -' out! 'err=no .yml/.yaml files with .contrast-cc. runtime found'
	cli 0 '@G --allow-empty -' 'out=^kind: Service$'
	cli_in=
	cli 0 '@G shop 2>/dev/null' out!
	cli 1 '@G --report json bad.yml 2>&1 >/dev/null' 'out="name": *"yaml-duplicate-key"'
	cli 1 '@G --color always bad.yml' 'err=\[1;31merror'
	cli 1 'generate bad.yml; exit $?' 'err!\[1;31m'
	cli_as='env NO_COLOR=1'
	cli 1 '@G bad.yml' 'err!\[1;31m'
	cli_as=
}

cli_files() {
	cli 0 '@G shop shop/web.yml ./shop -o out.yml' same has=out.yml \
		'err=^  5 of 5 workloads'
	cli 3 '@G shop -o no/out.yml' nothing \
		'err=^Error: parse flags: no: No such file or directory$'
	cli 3 '@G shop -o notes.txt/out.yml' nothing \
		'err=^Error: parse flags: not a directory: notes.txt$'
	cli 3 '@G nosuch -o shop' nothing \
		'err=^Error: parse flags: output file shop is a directory$'
	cli 3 '@G nosuch shop' nothing out! 'err=walk nosuch: .*No such file'
	cli 1 '@G images' 'err=no .yml/.yaml files found' \
		'err=^help: a directory is searched'
	cli 1 '@G notes.txt' 'err=ignoring notes.txt: not a .yml/.yaml file'
	cli 0 '@G notes.txt shop' 'err=ignoring notes.txt'
	cli 0 '@G -W no-input-ignored notes.txt shop' 'err!ignoring'
	cli 1 '@G -W error notes.txt shop' 'err=error: ignoring' nothing
	cli 1 '@G shop bad.yml worse.yml' nothing 'err=^bad.yml:[0-9]+:[0-9]+: error' \
		'err=^worse.yml:[0-9]+:[0-9]+: error' 'err=^2 errors'
	cli 3 '@G --image-replacements no.txt shop' \
		'err=^Error: patch targets: opening image replacements file no.txt: '
	cli 3 '@G --reference-values-file no.json shop' 'err=no.json' nothing
	cli 1 '@G -w no1.pem -w no2.pem shop' nothing \
		'err=adding workload owner key to manifest: reading workload owner key: '
	cli 1 '@G -m broken.json shop' 'err=unmarshal existing manifest: ' \
		hasnot=workload-owner.pem
}

# What a user without rights cannot change stays, and nothing else is left.
cli_rights() {
	if [ "$(id -u)" -eq 0 ]; then
		command -v setpriv >/dev/null || {
			skip "cli: rights" "setpriv is not installed"
			return
		}
		cli_as='setpriv --reuid=65534 --regid=65534 --clear-groups'
		chmod 755 "$scratch" "$cli_from" "${cli_path%/*}"
	fi
	cli_fresh
	cli_keep=1
	chmod 777 "$cli"
	chmod 644 "$cli"/*.pem
	chmod 555 "$cli/shop"
	cli 3 '@G shop' 'err=^Error: write .*shop.*: Permission denied' nothing
	chmod 755 "$cli/shop"
	chmod 000 "$cli/shop/web.yml"
	cli 3 '@G shop' 'err=walk shop/web.yml: .*Permission denied' \
		hasnot=manifest.json
	cli_keep=
	cli_as=
}

# A second run changes nothing; what it must keep is kept.
cli_again() {
	cli 0 '@G -q shop'
	cp -R "$cli" "$cli.first"
	cli_keep=1
	cli 0 '@G -q shop' err!
	rm -f "$cli/.out" "$cli/.err" "$cli.first/.out" "$cli.first/.err"
	if diff -r "$cli.first" "$cli" >"$cli.diff"
	then ok "cli: second run"
	else bad "cli: second run" "$cli.diff"
	fi
	cli 0 '@G --reference-values metal-qemu-tdx shop' \
		'err!reference values for Metal-QEMU-TDX'
	cli 0 '@G -d shop' has=workload-owner.pem
	cli 0 'policies -m manifest.json shop' 'out=Deployment/parcel/web'
	cli 3 'policies nosuch' out! 'err=walk nosuch: .*No such file'
	cli 0 'manifest validate --allow-missing manifest.json'
	rm -rf "$cli.first"
	cli_keep=
}

# The smallest pod, in a file without a newline at its end.
cli_pod() {
	pod='apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  runtimeClassName: contrast-cc\n  containers:\n  - name: c\n    image: IMAGE'
	pod=$(printf '%s' "$pod" |
		sed "s|IMAGE|$(head -n 1 "$cli_from/images/REFERENCES")|")
	# shellcheck disable=SC2059 # a format
	printf "$pod" >"$cli_from/end.yml"
}

# The form of files: links, no newline at the end, CRLF, BOM, JSON.
cli_forms() {
	cli_pod
	(printf '\357\273\277' && sed 's/$/\r/' "$cli_from/end.yml" && echo) \
		>"$cli_from/bom.yml"
	(cd "$cli_from" && ln -sf end.yml link.yml)
	cli 0 '@G end.yml' has=manifest.json
	cli 0 '@G bom.yml && head -c 3 bom.yml | od -An -tx1 && test "$(tr -cd "\r" <bom.yml | wc -c)" = "$(wc -l <bom.yml)"' \
		'out=ef bb bf'
	cli 0 '@G link.yml && test -L link.yml && grep -c default_vcpus end.yml' \
		'out=^1$'
	printf '%s"metadata":{"name":"p"},"spec":{%s"containers":[{%s"%s"}]}}' \
		'{"apiVersion":"v1","kind":"Pod",' \
		'"runtimeClassName":"contrast-cc",' '"name":"c","image":' \
		"$(head -n 1 "$cli_from/images/REFERENCES")" >"$cli_from/p.json"
	(printf 'apiVersion: v1\nkind: List\nitems:\n- ' &&
		sed '2,$s/^/  /' "$cli_from/end.yml") >"$cli_from/list.yml"
	cli 0 '@G p.json && grep -c cc_init_data p.json' 'out=^1$'
	cli 0 '@G list.yml && grep -c cc_init_data list.yml' 'out=^1$'
}

# The command check: before generate, after it, and after somebody's edits.
# cli_recode FILE SED: edits the text of the policy in its annotation
cli_recode() {
	old=$(sed -n 's/.*cc_init_data: //p' "$1")
	new=$(printf %s "$old" | base64 -d | gzip -dc | sed "$2" | gzip -9n |
		base64 | tr -d '\n')
	sed "s|cc_init_data: .*|cc_init_data: $new|" "$1" >"$1.new"
	mv "$1.new" "$1"
}

cli_check_command() {
	snp='--reference-values metal-qemu-snp'
	cli 2 'check' 'err=^Error: no .yml/.yaml files found$'
	cli 0 "check $snp shop" out! nothing hasnot=contrast.lock \
		'err=warning: the workload has no policy annotation' \
		'err=^help: run contrastc generate$' \
		'err=^  5 of 5 workloads need a policy$'
	cli 1 "check $snp -W error=no-policy shop" nothing
	cli 1 'check shop' 'err=runtime-class-no-default' 'err=no-policy'
	cli 3 "check $snp -m no.json shop" nothing 'err=no.json: .*No such file'
	cli 1 "check $snp -m broken.json shop" 'err=manifest-read'
	cli 1 "check $snp service.yml" 'err=no-workload'
	cli 0 "check $snp --allow-empty service.yml"
	cli 1 "check $snp bad.yml shop" 'err=yaml-duplicate-key'
	cli_in=helm/parcel.yml
	cli 0 "check $snp -" out! 'err=no-policy'
	cli_in=
	cli 0 '@G -q shop'
	cp -R "$cli" "$cli.done"
	cli_keep=1
	cli 0 "check -q -W error $snp shop" out! err!
	cli 0 'check -q -W error shop' out! err!
	cli 0 'check -q shop --report json 2>&1' 'out="errors": 0'
	cli 0 'check -q shop/web.yml' 'err=policy-superfluous' \
		'err=^manifest.json:[0-9]*:[0-9]*: warning'
	cli 1 'check -q -W error shop/web.yml'
	cli 1 'check -q --reference-values k3s-qemu-snp --profile v1.2 shop' \
		'err=carrier-other'
	sed 's/snp-[0-9a-f]*$/snp-12345678/' "$cli.done/shop/bot.yml" \
		>"$cli/shop/bot.yml"
	cli 0 'check -q shop' 'err=runtime-class-stale' 'err!superfluous'
	sed '/cc_init_data/d' "$cli.done/shop/bot.yml" >"$cli/shop/bot.yml"
	cli 1 'check -q shop' 'err=error: .* .no-policy.$'
	sed 's/runtimeClassName: .*/runtimeClassName: runc/' \
		"$cli.done/shop/bot.yml" >"$cli/shop/bot.yml"
	cli 0 'check -q shop' 'err=policy-unused' 'err!superfluous'
	sed 's/cc_init_data: H4sI/cc_init_data: H4sJ/' \
		"$cli.done/shop/bot.yml" >"$cli/shop/bot.yml"
	cli 1 'check -q shop' 'err=policy-carrier' 'err!no-policy' \
		'err!superfluous'
	cp "$cli.done/shop/bot.yml" "$cli/shop/"
	cli_recode "$cli/shop/bot.yml" 's/ExecProcessRequest:=false/ExecProcessRequest:=true/'
	cli 1 'check -q shop' 'err=policy-not-in-manifest' 'err!policy-changed'
	cp "$cli.done/shop/bot.yml" "$cli/shop/"
	cli_recode "$cli/shop/bot.yml" 's/ExecProcessRequest:=false/ExecProcessRequest := true/'
	cli 1 'check -q shop' 'err=policy-changed' 'err=from line [0-9]* on'
	cp "$cli.done/shop/bot.yml" "$cli/shop/"
	cli_recode "$cli/shop/bot.yml" 's/ExecProcessRequest:=false/ExecProcessRequest:=(/'
	cli 1 'check -q shop' 'err=policy-unloadable'
	cp "$cli.done/shop/bot.yml" "$cli/shop/"
	cli 0 '@G -q --profile v1.2 shop/web.yml'
	cli 1 'check -q shop' 'err=carrier-mix' 'err=the other one is here'
	cli_keep=
	rm -rf "$cli.done"
}

cli_completion() {
	command -v bash >/dev/null || {
		skip "cli: completion" "bash is not installed"
		return
	}
	for case in 'gen:generate' 'generate --refer:--reference-values' \
		'generate --reference-values metal-qemu-tdx-:metal-qemu-tdx-gpu' \
		'generate --target cont:contrast-metal' \
		'generate --report sa:sarif' 'generate -W no-input-i:no-input-ignored' \
		'generate --access d:debug' 'generate -p rules.r:rules.rego' \
		'settings i:init' 'settings show --or:--origin' 'sett:settings' \
		'config s:show' 'config show gen:generate' 'help ver:version' \
		'explain no-work:no-workload' 'manifest can:canonical' \
		'completion f:fish' \
		'policies --ex:--extract'; do
		words=${case%%:*}
		if (cd "$cli_from" && touch rules.rego &&
			contrast completion bash >"$scratch/c.sh" &&
			bash -c '. "$1"; shift; COMP_WORDS=(contrast "$@")
			COMP_CWORD=$#; _contrast; echo "${COMPREPLY[@]}"' \
			bash "$scratch/c.sh" $words) 2>&1 |
			grep -qE -e "(^| )${case#*:}( |$)"
		then ok "cli: completion $words"
		else bad "cli: completion $words"
		fi
	done
	rm -f "$cli_from/rules.rego"
}

cli_install() {
	to=$scratch/install
	if make -s O="$O" install DESTDIR="$to" PREFIX=/usr >"$cli.diff" 2>&1 &&
		"$to/usr/bin/contrast" --version >/dev/null 2>>"$cli.diff" &&
		grep -q generate "$to/usr/share/man/man1/contrast.1" &&
		find . -name node_modules -prune -o -name obj -prune -o \
			-name 'contrastc*.[1-8]' -print |
		while read -r page; do
			find "$to" -name "${page##*/}" | grep -q . ||
				echo "$page is not installed"
			sed -n 's/^\.Xr \(contrast[^ ]*\) \([1-8]\).*/\1.\2/p' "$page" |
				while read -r other; do
					find "$to" -name "$other" | grep -q . ||
						echo "$page: no $other"
				done
		done >>"$cli.diff" && [ ! -s "$cli.diff" ]
	then ok "cli: install"
	else bad "cli: install" "$cli.diff"
	fi
}

# OpenSSL is loaded by runs that need more of it than SHA-256; without it
# nothing is written.
cli_late() {
	if readelf -d "$cli_path/contrastc" | grep -q 'NEEDED.*libssl'; then
		skip "cli: OpenSSL is loaded late" "this build binds it at once"
		return
	fi
	mkdir -p "$scratch/late"
	: >"$scratch/late/libcrypto.so.3"
	cli 0 '@G shop'
	cli_keep=1 cli_as="env LD_LIBRARY_PATH=$scratch/late"
	cli 0 '@G shop'
	rm "$cli/workload-owner.pem"
	cli 3 '@G shop' hasnot=workload-owner.pem \
		'err=^error: libcrypto.so.3 cannot be loaded: .*short'
	cli_keep='' cli_as=''
}

# What the README shows is what is printed, but for numbers.
cli_readme() {
	if [ "$O" != obj ] || [ ! -x obj/contrastc ]; then
		skip "cli: README" "the build is not in obj"
		return
	fi
	rm -rf obj/quickstart
	samples/quickstart </dev/null >"$scratch/quick" 2>&1 ||
		echo "exit status $?" >>"$scratch/quick"
	sed 's/[0-9][0-9]*/N/g' "$scratch/quick" >"$scratch/quick.n"
	sed -n '/^```/,/^```/p' README.md |
		sed -n '/^\$ .*generate/,/^```/{/^```/d;/^    \.\.\./d;p}' |
		sed 's/[0-9][0-9]*/N/g' >"$scratch/readme"
	if [ -s "$scratch/readme" ] &&
		! grep -vxFf "$scratch/quick.n" "$scratch/readme" >"$cli.diff"
	then ok "cli: README"
	else bad "cli: README" "$cli.diff"
	fi
}

# Keys, so that no case but one waits for an RSA key.
cli_keys() {
	cli_fresh
	(cd "$cli" && contrast ${cli_g} -q helm
	mv workload-owner.pem "$cli_from/one.pem"
	contrast ${cli_g} -q helm && mv workload-owner.pem "$cli_from/two.pem"
	cp seedshare-owner.pem "$cli_from/"
	cp seedshare-owner.pem "$cli_from/s.pem"
	cp seedshare-owner.pem "$cli_from/ws/") >/dev/null 2>&1
}

theme_cli() {
	cli_path=$(CDPATH='' cd -- "$O" && pwd)
	cli_old=$PATH
	PATH=$cli_path:$PATH
	cli=$scratch/cli
	cli_from=$scratch/cli.from
	rm -rf "$cli_from"
	cp -R samples "$cli_from"
	mkdir "$cli_from/ws"
	: >"$cli_from/empty"
	echo text >"$cli_from/notes.txt"
	echo '{' >"$cli_from/broken.json"
	printf 'kind: Service\napiVersion: v1\nmetadata: {name: s}\n' \
		>"$cli_from/service.yml"
	printf 'kind: Pod\nkind: Pod\n' >"$cli_from/bad.yml"
	printf 'kind: [\n' >"$cli_from/worse.yml"
	cli_keys
	cli_lock
	cli_locked
	cli_pin
	parts='framework config settings rego report secret access ask contrast streams'
	parts="$parts files rights again check_command forms completion install late"
	parts="$parts readme"
	for part in ${CLI_PARTS:-$parts}; do
		"cli_$part"
	done
	PATH=$cli_old
}

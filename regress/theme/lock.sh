# SPDX-License-Identifier: Apache-2.0
# Cases of the theme cli: the command lock, runs that only look at the lock
# file, and --pin-images.  And the same with a registry: theme lock_registry.

# shellcheck disable=SC2015,SC2016,SC2034,SC2086,SC2154 # words; for cli() and its shell

lock_o="--reference-values metal-qemu-snp --image-source oci-layout:images"
lock_web=sha256:1994f05159e4eb865ee2e576e35c97196a1f89e6c47738abad9b7379382212fc
lock_cat=sha256:8206bb962286e36ca31c5819c94817ccd329fb3c971a4a3b3ef3f900cbd3a0a1
lock_bot=sha256:81158b12d51382470477d89b3f0ba94519c2c3dde8efce598ce4aa04ea018c33

# Resources with bare tags, and a layout where web and bot changed places.
lock_inputs() {
	mkdir -p "$cli_from/tags"
	for file in bot web catalogue; do
		sed 's/@sha256:[0-9a-f]*//' "samples/shop/$file.yml" \
			>"$cli_from/tags/$file.yml"
	done
	rm -rf "$cli_from/moved"
	cp -R samples/images "$cli_from/moved"
	sed 's|parcel/web:|parcel/X:|; s|parcel/bot:|parcel/web:|
		s|parcel/X:|parcel/bot:|' samples/images/index.json \
		>"$cli_from/moved/index.json"
}

cli_lock() {
	lock_inputs
	cli 0 "lock $lock_o tags" same has=contrast.lock hasnot=manifest.json \
		hasnot=workload-owner.pem \
		"out=^registry.example/parcel/web:1.4.2 - → $lock_web$" \
		'out=^ghcr.io/edgelesssys/contrast/initializer:latest - → sha256:' \
		'err=^  5 added, 0 changed, 0 removed, 0 kept$' \
		'err=^✔️ Updated contrast.lock$'
	cp "$cli/contrast.lock" "$cli_from/"
	cli 0 "lock $lock_o tags" out! 'err=^✔️ contrast.lock is up to date$'
	cli 0 "lock $lock_o tags && cmp contrast.lock $cli_from/contrast.lock"
	cli 0 "lock $lock_o --skip-initializer tags/bot.yml" out! \
		'err=^  no workload uses registry.example/parcel/web:1.4.2$' \
		'err=^  remove such entries with --prune$'
	cli 0 "lock $lock_o --prune tags/bot.yml" \
		"out=^registry.example/parcel/web:1.4.2 $lock_web → -$" \
		'err=^  0 added, 0 changed, 3 removed, 2 kept$'
	cli 0 "lock $lock_o --check tags" out! 'err=is up to date'
	cli 1 "lock $lock_o --check --prune tags/bot.yml" \
		'err=^Error: contrast.lock is stale: run contrastc lock'
	cli 0 "lock $lock_o --json tags/web.yml" 'out=^  "apiVersion": "contrastc/v1",$' \
		'out=^      "state": "unused",$' 'out=^      "state": "kept",$'
	cli 1 "lock $lock_o bad.yml" 'err=^bad.yml:1:' out!
	cli 2 "lock $lock_o --locked tags" 'err=unknown flag: --locked'
	cli 2 'lock' 'err=no .yml/.yaml files found'
	rm "$cli_from/contrast.lock"
}

# Tags that stand for another image by now, in the layout "moved".
cli_locked() {
	moved=$(printf '%s' "$lock_o" | sed 's/:images/:moved/')
	(cd "$cli_from" && contrast lock ${lock_o} -q tags) >/dev/null 2>&1
	cli 1 '@G --locked --lock-file no.lock shop' nothing \
		'err=is not locked: there is no lock file no.lock .image-not-locked'
	cli 0 "lock $moved tags" out! \
		"err=^tags/web.yml:27:16: warning: image 'registry.example/parcel/web:1.4.2' has moved: $lock_web → $lock_bot .OCI layout moved. .image-moved.$" \
		'err=^help: take the new image: contrastc lock --update=registry.example/parcel/web:1.4.2 with'
	cli 1 "lock $moved --check tags" 'err=error: image .* has moved'
	cli 0 "lock $moved --update registry.example/parcel/web:1.4.2 tags" \
		"out=^registry.example/parcel/web:1.4.2 $lock_web → $lock_bot$" \
		'out!^registry.example/parcel/bot' \
		"err=warning: image 'registry.example/parcel/bot:1.4.2' has moved"
	cli 0 "lock $moved --update=registry.example/parcel/web:1.4.2 --update=registry.example/parcel/bot:1.4.2 tags" \
		"out=parcel/bot:1.4.2 $lock_bot → $lock_web$" \
		"out=parcel/web:1.4.2 $lock_web → $lock_bot$" 'err!moved:'
	cli 0 "lock $moved --update tags" "out=parcel/bot:1.4.2 $lock_bot" \
		'err=^  0 added, 2 changed, 0 removed, 3 kept$'
	cli 1 "lock $moved --update no.example/x:1 tags" out! \
		"err=^Error: --update: no workload uses image 'no.example/x:1', and there is no file" \
		'err=^A reference is named as the resources have it'
	cli 2 "lock $moved --update=No tags" 'err=parse flags: --update: image ref'
	locked="generate --reference-values metal-qemu-snp --profile v1.2 --locked"
	cli 0 "$locked tags" 'err=^✔️ Updated manifest'
	cli 1 "$locked --image-source oci-layout:moved tags" nothing \
		'err=^tags/web.yml:27:16: error: image .* has moved: '
	cli 0 "$(printf '%s' "$locked" | sed 's/--locked/--offline/') --image-source oci-layout:moved tags" \
		'err=^tags/web.yml:27:16: warning: image .* has moved: '
	cli 1 "$locked shop" nothing \
		"err=^shop/orders.yml:23:16: error: image 'registry.example/parcel/orders:1.4.2.*is not locked: .*contrast.lock" \
		'err=^help: run contrastc lock with the same options and paths'
	cli 1 "$locked --lock-file none.lock tags" 'err=none.lock' nothing
	cli 1 "$locked --image-platform linux/arm64 tags" nothing \
		'err=error: contrast.lock holds images for linux/amd64, not for linux/arm64 .image-lock-platform.' \
		'err=^help: give --image-platform, or keep a file for each'
	cli 2 "lock $lock_o --image-platform linux/amd64,linux/arm64 tags" \
		'err=image-platform: .linux/amd64,linux/arm64. is more than one'
	cli 2 "lock $lock_o --image-platform amd64 tags" 'err=is no platform'
	lock_two
	rm "$cli_from/contrast.lock"
}

# Two runs that add different entries at the same time: both are there.
lock_two() {
	for n in 1 2 3 4 5 6 7 8; do
		cli_fresh
		rm "$cli/contrast.lock"
		(cd "$cli" && contrast lock ${lock_o} -q tags/bot.yml &
		cd "$cli" && contrast lock ${lock_o} -q tags/web.yml
		wait) >"$scratch/out" 2>&1
		grep -q '"registry.example/parcel/bot:' "$cli/contrast.lock" &&
			grep -q '"registry.example/parcel/web:' \
				"$cli/contrast.lock" || {
			bad "cli: two locks" "$cli/contrast.lock"
			return
		}
	done
	ok "cli: two locks"
}

cli_pin() {
	pin="generate --pin-images $lock_o"
	cli 0 "$pin tags" 'err!image-not-pinned'
	sed "s|\(image: registry.example/parcel/bot:1.4.2\)$|\1@$lock_bot|" \
		"$cli_from/tags/bot.yml" | grep -n image: >"$scratch/want"
	grep -n "parcel/bot" "$cli/tags/bot.yml" | sed 's/^[0-9]*://' >"$scratch/got"
	if grep -qFf "$scratch/got" "$scratch/want"
	then ok "cli: pinned"
	else bad "cli: pinned" "$cli/tags/bot.yml"
	fi
	cli 0 "$pin tags && cp -R tags once && contrast $pin -q tags && diff -r once tags"
	# what an earlier run pinned is an answer: also for what is injected
	locked="generate --reference-values metal-qemu-snp --locked --offline"
	cli 0 "$pin tags && cp -R tags once && contrast $locked --pin-images -q tags && diff -r once tags"
	cat >"$cli_from/forms.yml" <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: p, namespace: shop}
		spec:
		  runtimeClassName: kata-qemu-snp
		  securityContext: {runAsUser: 10001}
		  initContainers:
		  - {name: a, image:  'registry.example/parcel/bot:1.4.2'} # {"\$imagepolicy": "a"}
		  containers:
		  - name: b
		    image:   &cat "registry.example/parcel/catalogue:1.4.2"  # {"\$imagepolicy": "b"}
		  - name: c
		    image: *cat
		  - name: d
		    image: registry.example/parcel/bot@$lock_bot
		    env: [{name: IMAGE, value: *cat}]
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: other}
		spec: {containers: [{name: a, image: "registry.example/none:1"}]}
	EOF
	sed "s|bot:1.4.2|&@$lock_bot|; s|&cat \"[^\"]*|&@$lock_cat|
		s|image: \*cat|image: registry.example/parcel/catalogue:1.4.2@$lock_cat|
		s|value: \*cat|value: registry.example/parcel/catalogue:1.4.2|
		s|, namespace: shop}|, namespace: shop, annotations: {N}}|" \
		"$cli_from/forms.yml" >"$scratch/want"
	cli 0 "$(printf '%s' "$pin" | sed 's/--reference-values [^ ]*/--coco/') forms.yml"
	sed 's/annotations: {.*}}/annotations: {N}}/' "$cli/forms.yml" >"$scratch/got"
	if diff -u "$scratch/want" "$scratch/got" >"$cli.diff"
	then ok "cli: forms of pinned images"
	else bad "cli: forms of pinned images" "$cli.diff"
	fi
	printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: p}' 'spec:' \
		'  runtimeClassName: kata-qemu-snp' '  containers:' \
		'  - {name: c, image: none.example/x:1}' >"$cli_from/none.yml"
	cli 1 "generate --coco --pin-images --image-source oci-layout:images none.yml" \
		"err=^none.yml:7:22: error: image 'none.example/x:1': found nowhere"
	coco="generate --coco --image-source oci-layout:images"
	cli 0 "$coco tags/../forms.yml" \
		"err=^tags/../forms.yml:11:19: warning: image 'registry.example/parcel/catalogue:1.4.2' has no digest: .*image-unpinned" \
		"err=^help: pin it: registry.example/parcel/catalogue:1.4.2@$lock_cat, or let"
	cli 0 "$coco -W no-image-unpinned forms.yml" 'err!no digest'
}

# lock_run NAME STATUS ARGUMENT...: in $lock, with the registry
lock_run() {
	name=$1
	want=$2
	shift 2
	(cd "$lock" && XDG_CACHE_HOME=$lock/cache timeout 60 "$contrastc" "$@" \
		--reference-values k3s-qemu-snp --skip-initializer \
		--skip-service-mesh --offline=false --plain-http "$lock_at" tags) \
		>"$lock/out" 2>"$lock/err"
	rc=$?
	[ "$rc" -eq "$want" ] || {
		echo "exit status $rc" >>"$lock/err"
		bad "lock: $name" "$lock/err"
		return 1
	}
}

lock_push() { # NAME TAG
	skopeo copy -q --all --dest-tls-verify=false \
		"oci:samples/images:registry.example/parcel/$1:1.4.2" \
		"docker://$lock_at/parcel/$2:1.4.2" >>"$lock/skopeo" 2>&1
}

lock_cases() {
	lock_run "from a registry" 0 lock || return
	grep -q "^$lock_at/parcel/web:1.4.2 - → $lock_web$" "$lock/out" &&
		ok "lock: from a registry" || bad "lock: lines" "$lock/out"
	lock_push bot web
	before=$(wc -l <"$lock/log")
	lock_run "locked asks for nothing" 0 generate -d --locked || return
	if [ "$(wc -l <"$lock/log")" -eq "$before" ]
	then ok "lock: locked asks for nothing"
	else bad "lock: locked asks for nothing" "$lock/log"
	fi
	lock_run "locked entry needs no question" 0 generate -d || return
	if [ "$(wc -l <"$lock/log")" -eq "$before" ]
	then ok "lock: an entry is an answer"
	else bad "lock: an entry is an answer" "$lock/log"
	fi
	lock_run "a tag has moved" 0 lock || return
	if grep -q "web:1.4.2' has moved: $lock_web → $lock_bot .registry $lock_at)" \
		"$lock/err"
	then ok "lock: a tag has moved"
	else bad "lock: a tag has moved" "$lock/err"
	fi
	lock_run "--check" 1 lock --check && ok "lock: --check"
	lock_run "--update" 0 lock --update || return
	grep -q "^$lock_at/parcel/web:1.4.2 $lock_web → $lock_bot$" "$lock/out" &&
		ok "lock: --update" || bad "lock: --update" "$lock/out"
	rm -rf "$lock/contrast.lock" "$lock/cache"
	lock_run "--pin-images" 0 generate -d --pin-images || return
	if [ "$(grep -h image: "$lock"/tags/*.yml | grep -c '@sha256:')" -eq 2 ]
	then ok "lock: --pin-images"
	else bad "lock: --pin-images" "$lock/tags/web.yml"
	fi
}

# Debian's docker-registry on loopback, filled by skopeo.
theme_lock_registry() {
	for tool in docker-registry skopeo python3; do
		command -v $tool >/dev/null || {
			skip "lock: registry" "$tool is not installed"
			return
		}
	done
	lock=$scratch/lock
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	mkdir -p "$lock/tags" "$lock/data"
	lock_at=127.0.0.1:$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >"$lock/config.yml" <<-EOF
		version: 0.1
		storage: {filesystem: {rootdirectory: $lock/data}}
		http: {addr: $lock_at}
	EOF
	timeout 300 docker-registry serve "$lock/config.yml" >"$lock/log" 2>&1 &
	pid=$!
	n=0
	until lock_push web web || [ $n -ge 50 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	lock_push bot bot
	for name in web bot; do
		sed "s/@sha256:[0-9a-f]*//; s|registry.example|$lock_at|" \
			"samples/shop/$name.yml" >"$lock/tags/$name.yml"
	done
	lock_cases
	kill "$pid"
	wait "$pid" 2>/dev/null
}

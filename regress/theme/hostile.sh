# SPDX-License-Identifier: Apache-2.0
# Hostile input through the command line: each case ends with a clear error
# (or, where it says so, well), within a second of processor time and 256 MB,
# and leaves nothing behind.

# shellcheck disable=SC2154 # scratch and top are the driver's

hostile_digest=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

hostile_pod() {
	cat <<-PEOF
		apiVersion: v1
		kind: Pod
		metadata: {name: t, namespace: shop}
		spec:
		  runtimeClassName: contrast-cc
		  containers:
		  - name: c
		    image: r.example/x:1@$hostile_digest
	PEOF
}

hostile_map() {
	hostile_pod
	printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n'
}

# hostile_many COUNT FORMAT: the format with each number
hostile_many() {
	HOSTILE_TEXT=$2 awk -v n="$1" 'BEGIN {
		m = split(ENVIRON["HOSTILE_TEXT"], part, "%d")
		for (i = 0; i < n; i++) {
			line = part[1]
			for (k = 2; k <= m; k++)
				line = line i part[k]
			printf "%s", line
		}
	}'
}

# hostile_run NAME STATUS ARGUMENT...: runs in $work on in.yaml
hostile_run() {
	name=$1
	want=$2
	shift 2
	(cd "$work" && ls -A) >"$scratch/hostile.before"
	(
		cd "$work" || exit 1
		# address space: 256 MB of data, and what the program itself is
		[ -n "${SAN:-}" ] || ulimit -v 400000
		ulimit -t "${HOSTILE_SECONDS:-1}"
		timeout 60 "$contrastc" generate -q -d --skip-initializer \
			--reference-values metal-qemu-snp --offline \
			--images images.json "$@" in.yaml
	) >"$scratch/hostile.out" 2>"$scratch/hostile.err"
	status=$?
	(cd "$work" && ls -A) >"$scratch/hostile.after"
	if [ "$status" -ne "$want" ]; then
		echo "exit status $status" >>"$scratch/hostile.err"
		bad "hostile $name" "$scratch/hostile.err"
	elif [ "$want" -ne 0 ] &&
		! cmp -s "$scratch/hostile.before" "$scratch/hostile.after"; then
		bad "hostile $name (left files)" "$scratch/hostile.after"
	elif [ "$want" -ne 0 ] && ! grep -qi error "$scratch/hostile.err"; then
		bad "hostile $name (no error)" "$scratch/hostile.err"
	elif [ "$(wc -c <"$scratch/hostile.err")" -gt 100000 ]; then
		bad "hostile $name (too many words)"
	else
		ok "hostile $name"
	fi
}

hostile_documents() {
	{
		hostile_map
		echo 'x0: &a0 [x, x, x, x, x, x, x, x, x, x]'
		for i in 1 2 3 4 5 6 7 8 9; do
			p=$((i - 1))
			echo "x$i: &a$i [*a$p, *a$p, *a$p, *a$p, *a$p, *a$p, *a$p]"
		done
	} >"$work/in.yaml"
	hostile_run laughs 1
	{
		hostile_map
		echo 'x0: &a0 {k: v}'
		hostile_many 60 'x: &b%d {<<: [*a0, *a0, *a0, *a0]}
'
		echo 'y: {<<: [*b1, *nothing]}'
	} >"$work/in.yaml"
	hostile_run "merge keys" 1
	{
		hostile_pod
		printf '    args: ["'
		head -c 10000000 /dev/zero | tr '\0' a
		echo '"]'
	} >"$work/in.yaml"
	hostile_run "large scalar" 1
	hostile_many 1000000 '---
a: 1
' >"$work/in.yaml"
	hostile_run documents 1
	for n in 101 10000 1000000; do
		{
			hostile_map
			printf 'a: '
			hostile_many $n '['
		} >"$work/in.yaml"
	hostile_run "$n levels in flow" 1
	done
	hostile_many 10000 '- ' >"$work/in.yaml"
	hostile_run "10000 levels in a line" 1
	awk 'BEGIN { for (i = 0; i < 3000; i++) { print s "a:"; s = s " " } }' >"$work/in.yaml"
	hostile_run "3000 levels" 1
	{
		hostile_map
		echo 'data:'
		hostile_many 1000000 '  k%d: v
'
	} >"$work/in.yaml"
	hostile_run "a million keys" 1
	{
		hostile_map
		echo 'data:'
		hostile_many 100000 '  k: v
'
	} >"$work/in.yaml"
	hostile_run "keys twice" 1
}

hostile_bytes() {
	printf 'a: \000b\n' >"$work/in.yaml"
	hostile_run NUL 1
	printf 'a: "\\0"\n' >"$work/in.yaml"
	hostile_run "NUL by name" 1
	printf '\377\376a\000:\000\n\000' >"$work/in.yaml"
	hostile_run UTF-16LE 1
	printf '\376\377\000a\000:\000\n' >"$work/in.yaml"
	hostile_run UTF-16BE 1
	printf 'a: \377\n' >"$work/in.yaml"
	hostile_run "not UTF-8" 1
	printf 'a: \355\240\200\n' >"$work/in.yaml"
	hostile_run surrogate 1
	printf 'a: \300\200\n' >"$work/in.yaml"
	hostile_run overlong 1
	printf 'a:\n\tb: c\n' >"$work/in.yaml"
	hostile_run tab 1
}

hostile_pods() {
	{
		hostile_pod
		echo '    env:'
		echo '    - {name: V0, value: aaaaaaaaaaaaaaaa}'
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
			p="\$(V$((i - 1)))"
			echo "    - {name: V$i, value: '$p$p$p$p'}"
		done
	} >"$work/in.yaml"
	hostile_run "expansion" 1
	{
		hostile_pod
		printf '    env:\n    - {name: V, value: "'
		head -c 100000 /dev/zero | tr '\0' a
		printf '"}\n    args:\n'
		hostile_many 10000 '    - $(V)
'
	} >"$work/in.yaml"
	hostile_run "expansion of arguments" 1
	{
		hostile_pod
		echo '    env:'
		hostile_many 100000 '    - {name: E%d, value: v}
'
	} >"$work/in.yaml"
	hostile_run "100000 variables" 1
	{
		hostile_pod
		hostile_many 100000 '  - {name: c%d, image: x}
'
	} >"$work/in.yaml"
	hostile_run "100000 containers" 1
	{
		hostile_pod | sed '$d'
		printf '    image: '
		head -c 1000000 /dev/zero | tr '\0' a
	} >"$work/in.yaml"
	hostile_run "long image" 1
	{
		hostile_pod | sed '/^metadata/d'
		printf 'metadata: {name: t, namespace: shop, annotations: {%s: "' \
			contrast.edgeless.systems/servicemesh-egress
		hostile_many 60000 'a%d#127.1.1.1:1#b:1##'
		echo '"}}'
	} >"$work/in.yaml"
	hostile_run "long mesh annotation" 1
}

# hostile_json NAME OPTION STATUS: with x.json
hostile_json() {
	hostile_pod >"$work/in.yaml"
	hostile_run "$1" "$3" "$2" x.json
}

hostile_settings() {
	for option in --settings --settings-patch --images --lock-file; do
		printf '{"a":' >"$work/x.json"
		hostile_json "$option cut" $option 1
		: >"$work/x.json"
		hostile_json "$option empty" $option 1
		echo 7 >"$work/x.json"
		hostile_json "$option number" $option 1
		hostile_many 100000 '[' >"$work/x.json"
		hostile_json "$option deep" $option 1
		printf '\377' >"$work/x.json"
		hostile_json "$option bytes" $option 1
		printf '{"a":1e400}' >"$work/x.json"
		hostile_json "$option real" $option 1
		printf '{"a":"\\ud800"}' >"$work/x.json"
		hostile_json "$option surrogate" $option 1
	done
	echo '{"common": []}' >"$work/x.json"
		hostile_json "settings type" --settings 1
	{
		printf '[{"op":"copy","from":"/common","path":"/common/x"}'
		hostile_many 60 \
			',{"op":"copy","from":"/common","path":"/common/x%d"}'
		echo ']'
	} >"$work/x.json"
		hostile_json "patch that doubles" --settings-patch 1
	echo '[{"op":"move","from":"/common","path":"/common/x"}]' >"$work/x.json"
		hostile_json "patch that eats itself" --settings-patch 1
	echo '[{"op":"remove","path":""}]' >"$work/x.json"
		hostile_json "patch of nothing" --settings-patch 1
	for facts in 1 '{"config":1}' '{"config":{"Env":[1]}}' \
		'{"config":{"Entrypoint":"x"}}' '{"passwd":1,"config":{}}' \
		'{"config_digest":"../../x","config":{}}'
	do
		echo "{\"images\": {\"r.example/x:1@$hostile_digest\": $facts}}" >"$work/x.json"
		hostile_json "facts $facts" --images 1
	done
}

# Lock files that are large, or that say what they should not.
hostile_lock() {
	for lock in '{"images": {}, "version": 2}' \
		'{"images": {}, "version": "1"}' '{"images": {}, "version": -1}' \
		'{"images": {}, "platform": "linux/arm64"}' \
		'{"images": {}, "platform": ["linux/amd64"]}' \
		'{"images": {"../../etc/passwd": {}}}' \
		'{"images": {"a": {"config": {"User": "1"}}, "a:latest": {"config": {"User": "2"}}}}' \
		'{"images": {"a": {"layers": [{"size": -1}]}}}' \
		'{"images": {"a": {}, "a": {}}}' \
		'<<<<<<< ours'
	do
		echo "$lock" >"$work/x.json"
		hostile_json "lock $lock" --lock-file 1
	done
	printf '{"images": {' >"$work/x.json"
	hostile_many 100000 '"a%d":{},' >>"$work/x.json"
	echo '"b": {"layers": 1}}}' >>"$work/x.json"
	hostile_json "lock of 100000 images" --lock-file 1
	{
		printf '{"images": {"a": {"passwd": "'
		head -c 70000000 /dev/zero | tr '\0' a
		echo '"}}}'
	} >"$work/x.json"
	hostile_json "lock of 70 MB" --lock-file 1
	rm "$work/x.json"
}

hostile_files() {
	mkdir "$work/d"
	hostile_pod >"$work/d/a.yaml"
	ln -s . "$work/d/loop"
	ln -s b.yaml "$work/d/b.yaml"
	rm -f "$work/in.yaml"
	ln -s d "$work/in.yaml"
	hostile_run "loop of links" 1
	rm -rf "$work/d" "$work/in.yaml"
	for file in /dev/zero /etc/none; do
		ln -s "$file" "$work/in.yaml"
		hostile_run "input $file" 3
		rm -f "$work/in.yaml"
	done
	mkfifo "$work/in.yaml"
	hostile_run "pipe as input" 3
	rm -f "$work/in.yaml"
	hostile_pod >"$work/in.yaml"
	(cd "$work" && "$contrastc" generate -q -d --skip-initializer \
		--reference-values metal-qemu-snp --offline \
		--images images.json - <in.yaml >/dev/full 2>"$scratch/out")
	if [ $? -eq 3 ]
	then ok "hostile full device"
	else bad "hostile full device" "$scratch/out"
	fi
}

# Full disks: nothing changes, and no temporary file stays.
hostile_disk() {
	if ! unshare -m true 2>/dev/null; then
		skip "hostile disk" "no mount namespaces here"
		return
	fi
	mkdir -p "$work/small"
	cp "$work/images.json" "$work/seedshare-owner.pem" "$scratch/"
	hostile_pod >"$scratch/in.yaml"
	# shellcheck disable=SC2016 # the inner shell expands
	unshare -m sh -c '
		mount -t tmpfs -o size=16k none "$1/small" && cd "$1/small" || exit 9
		cp "$2/in.yaml" "$2/images.json" "$2/seedshare-owner.pem" .
		"$3" generate -q -d --skip-initializer --offline --images images.json \
			--reference-values metal-qemu-snp in.yaml
		echo "status $?"
		cmp in.yaml "$2/in.yaml" && ls -A | tr "\n" " "
		mount -o remount,ro,size=4m none "$1/small"
		"$3" generate -q -d --skip-initializer --offline --images images.json \
			--reference-values metal-qemu-snp in.yaml
		echo "status $?"' - "$work" "$scratch" "$contrastc" \
		>"$scratch/hostile.out" 2>&1
	if [ "$(grep -c '^status 3' "$scratch/hostile.out")" -eq 2 ] &&
		grep -q '^images.json in.yaml seedshare-owner.pem ' \
			"$scratch/hostile.out"
	then ok "hostile disk"
	else bad "hostile disk" "$scratch/hostile.out"
	fi
}

# Killed at any moment: a file is as it was or as it shall be, and what a
# killed run left is no input.
hostile_killed() {
	rm -rf "$work/k" "$scratch/whole"
	mkdir "$work/k"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		hostile_pod | sed "s/name: t,/name: t$i,/" >"$work/k/$i.yaml"
	done
	cp -R "$work/k" "$scratch/before"
	cp -R "$work/k" "$scratch/whole"
	set -- generate -q -d --skip-initializer --offline \
		--images "$work/images.json" --reference-values metal-qemu-snp
	cp "$work/seedshare-owner.pem" "$scratch/"
	(cd "$scratch" && "$contrastc" "$@" whole) >"$scratch/out" 2>&1
	: >"$scratch/hostile.out"
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		rm -rf "$work/k"
		cp -R "$scratch/before" "$work/k"
		# (the shell in between keeps "Killed" to itself)
		(cd "$work" && sh -c 'timeout -s KILL "$@" || :' - \
			"0.0$n" "$contrastc" "$@" k) >/dev/null 2>&1
		for file in "$scratch"/before/*.yaml; do
			name=$(basename "$file")
			cmp -s "$work/k/$name" "$file" ||
				cmp -s "$work/k/$name" "$scratch/whole/$name" ||
				echo "$name is neither old nor new" >>"$scratch/hostile.out"
		done
		(cd "$work" && "$contrastc" "$@" k) >"$scratch/out" 2>&1 ||
			cat "$scratch/out" >>"$scratch/hostile.out"
		for file in "$scratch"/whole/*.yaml; do
			cmp "$work/k/$(basename "$file")" "$file" \
				>>"$scratch/hostile.out" 2>&1
		done
	done
	rm -rf "$work/k" "$scratch/before" "$scratch/whole"
	if [ -s "$scratch/hostile.out" ]
	then bad "hostile killed" "$scratch/hostile.out"
	else ok "hostile killed"
	fi
}

theme_hostile() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	work=$scratch/hostile
	mkdir -p "$work"
	cat >"$work/images.json" <<-IEOF
		{"images": {"r.example/x:1@$hostile_digest": {"passwd": "",
		"group": "", "config": {"Entrypoint": ["/x"]}}}}
	IEOF
	(cd "$work" && openssl genrsa 2048 2>/dev/null) \
		>"$work/seedshare-owner.pem"
	chmod 600 "$work/seedshare-owner.pem"
	hostile_documents
	hostile_bytes
	hostile_pods
	hostile_settings
	hostile_lock
	hostile_files
	hostile_disk
	hostile_killed
	hostile_pod >"$work/in.yaml"
	hostile_run "nothing hostile" 0
}

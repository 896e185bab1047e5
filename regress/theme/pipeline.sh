# SPDX-License-Identifier: Apache-2.0
# generate in pipelines and git repositories: --git-commit, compared with what
# git itself says.  Each case starts in a fresh repository with the sample
# shop, whose keys are ignored and whose first commit holds the user's files.

# shellcheck disable=SC2154 # scratch and top are the driver's

pipe_fresh() {
	rm -rf "$pipe"
	cp -R "$scratch/pipe.from" "$pipe"
}

pipe_git() {
	git -C "$pipe" -c advice.detachedHead=false "$@"
}

# The program, in the repository; what it says is in $pipe.err.
pipe_run() {
	(cd "$pipe" && "$contrastc" generate --reference-values metal-qemu-snp \
		--offline --image-source "oci-layout:$top/samples/images" \
		"$@") >"$pipe.out" 2>"$pipe.err"
}

# pipe_is NAME COMMAND...: the case passes if the command succeeds
pipe_is() {
	name=$1
	shift
	if "$@" >"$pipe.diff" 2>&1
	then ok "pipeline: $name"
	else
		cat "$pipe.err" >>"$pipe.diff"
		bad "pipeline: $name" "$pipe.diff"
	fi
}

# What stands in a commit is what stands on the disk, and git sees no change.
pipe_committed() { # FILE...
	for file; do
		pipe_git cat-file blob "HEAD:$file" | cmp - "$pipe/$file" ||
			return 1
	done
	[ -z "$(pipe_git status --porcelain -- "$@")" ] &&
		pipe_git fsck --strict
}

pipe_outputs='shop/web.yml shop/bot.yml shop/orders.yml shop/catalogue.yml
	shop/coordinator.yml manifest.json contrast.lock
	coordinator-policy.sha256'

pipe_message() {
	want="$1

Manifest-SHA256: $(sha256sum <"$pipe/manifest.json" | cut -d' ' -f1)"
	[ "$(pipe_git log -1 --format=%B)" = "$want" ]
}

pipe_commits() {
	pipe_fresh
	# shellcheck disable=SC2086 # a list
	{
		SOURCE_DATE_EPOCH=1700000000 pipe_run --git-commit shop
		pipe_is "a commit" pipe_committed $pipe_outputs
		pipe_is "its message" pipe_message "contrastc generate"
		pipe_is "its dates" test "$(pipe_git log -1 --format='%at %ct %ai')" = \
			"1700000000 1700000000 2023-11-14 22:13:20 +0000"
		pipe_is "its author" test "$(pipe_git log -1 --format='%an %ae %cn')" = \
			"A Developer dev@example.com A Developer"
		pipe_is "its files" test "$(pipe_git show --format= --name-only |
			sort | tr '\n' ' ')" = "$(echo $pipe_outputs |
			tr ' ' '\n' | sort | tr '\n' ' ')"
		pipe_is "its reflog" test "$(pipe_git reflog -1 --format=%gs)" = \
			"commit: contrastc generate"
	}
	before=$(pipe_git rev-parse HEAD)
	pipe_run --git-commit shop
	pipe_is "no commit without a change" test "$before" = \
		"$(pipe_git rev-parse HEAD)"
	pipe_is "which is told" grep -q "^  Nothing to commit" "$pipe.err"
	echo '# a comment' >>"$pipe/shop/web.yml"
	chmod +x "$pipe/shop/bot.yml"
	echo staged >"$pipe/other"
	pipe_git add other
	echo changed >>"$pipe/notes"
	pipe_run "--git-commit=Web: a comment" shop
	pipe_is "a message of one's own" pipe_message "Web: a comment"
	pipe_is "what else is staged stays so" test \
		"$(pipe_git status --porcelain)" = " M notes
A  other"
	pipe_is "only what changed" test "$(pipe_git show --format= --raw |
		cut -d' ' -f1,2,5)" = ":100644 100755 M	shop/bot.yml
:100644 100644 M	shop/web.yml"
}

# Other forms of repositories and paths.
pipe_places() {
	pipe_fresh
	rm -rf "$pipe/.git"
	pipe_git init -q
	pipe_git add notes
	pipe_run --git-commit shop
	pipe_is "a first commit" test "$(pipe_git log --format=%s)" = \
		"contrastc generate"
	pipe_is "of our files alone" test "$(pipe_git status --porcelain)" = \
		"A  notes
?? .gitignore"
	pipe_fresh
	mkdir "$pipe/ws"
	cp "$scratch"/pipe.from/*.pem "$pipe/ws/"
	(cd "$pipe/shop" && mv web.yml ../ws/real.yml &&
		ln -s ../ws/real.yml web.yml)
	pipe_git add shop ws
	pipe_git commit -qm link
	pipe_run --workspace-dir ws --git-commit shop/web.yml
	pipe_is "a file behind a link" pipe_committed ws/real.yml ws/manifest.json
	pipe_is "the link stays" test -L "$pipe/shop/web.yml"
	pipe_fresh
	pipe_git worktree add -q "$pipe/tree" -b side
	cp "$scratch"/pipe.from/*.pem "$pipe/tree/"
	(cd "$pipe/tree" && "$contrastc" generate -q --git-commit --offline \
		--reference-values metal-qemu-snp --image-source \
		"oci-layout:$top/samples/images" shop) 2>"$pipe.err"
	pipe_is "a linked work tree" test \
		"$(pipe_git log -1 --format=%s side)" = "contrastc generate"
	pipe_fresh
	echo contrast.lock >>"$pipe/.gitignore"
	pipe_run --git-commit shop
	pipe_is "an ignored file is left out" grep -q \
		"^  Ignored by git: contrast.lock" "$pipe.err"
	pipe_is "but the rest is there" pipe_committed manifest.json
	pipe_fresh
	sed -i 's/$/\r/' "$pipe/shop/web.yml"
	pipe_git commit -qam CRLF
	pipe_run --git-commit shop
	pipe_is "CRLF" pipe_committed shop/web.yml
	pipe_git config core.autocrlf true
	echo '# more' >>"$pipe/shop/web.yml"
	pipe_run --git-commit shop
	pipe_is "CRLF in the repository, with core.autocrlf" \
		pipe_committed shop/web.yml
	pipe_fresh
	pipe_git config commit.gpgsign true
	pipe_run --git-commit shop
	pipe_is "no signature is told" grep -q gpgsign "$pipe.err"
	pipe_fresh
	printf '#!/bin/sh\nexit 1\n' >"$pipe/.git/hooks/pre-commit"
	chmod +x "$pipe/.git/hooks/pre-commit"
	pipe_run --git-commit -o all.yml shop
	pipe_is "--output, and no hook" pipe_committed all.yml manifest.json
	pipe_fresh
	pipe_git add -N shop/web.yml
	pipe_run --git-commit - <samples/helm/parcel.yml
	pipe_is "from standard input: the manifest" pipe_committed manifest.json
	pipe_is "and the stream" grep -q cc_init_data "$pipe.out"
}

# Without a manifest there is no line about it.
pipe_coco() {
	pipe_fresh
	sed 's/runtimeClassName: .*/runtimeClassName: kata-qemu-snp/' \
		"$pipe/shop/bot.yml" >"$pipe/coco.yml"
	(cd "$pipe" && "$contrastc" generate --coco --offline --git-commit \
		--image-source "oci-layout:$top/samples/images" coco.yml) \
		>"$pipe.out" 2>"$pipe.err"
	pipe_is "--coco" pipe_committed coco.yml
	pipe_is "--coco: the message" test "$(pipe_git log -1 --format=%B)" = \
		"contrastc generate"
}

# pipe_refuses NAME PATTERN ARGUMENT...: nothing is written
pipe_refuses() {
	name=$1
	pattern=$2
	shift 2
	rm -rf "$pipe.was"
	before=$(pipe_git status --porcelain 2>&1)
	cp -R "$pipe/shop" "$pipe.was"
	pipe_run "$@"
	status=$?
	{
		[ "$status" -eq "${pipe_status:-3}" ] || echo "exit status $status"
		grep -q -e "^Error: $pattern" "$pipe.err" || echo "no: $pattern"
		[ "$before" = "$(pipe_git status --porcelain 2>&1)" ] || {
			echo "git status differs from"
			echo "$before"
			pipe_git status --porcelain 2>&1
		}
		diff -r "$pipe.was" "$pipe/shop"
		[ ! -s "$pipe.out" ] || echo "standard output"
	} >"$pipe.got"
	cat "$pipe.got" >>"$pipe.err"
	pipe_is "refused: $name" test ! -s "$pipe.got"
}

pipe_conflict() {
	pipe_fresh
	pipe_git checkout -qb side
	echo one >"$pipe/notes"
	pipe_git commit -qam one
	pipe_git checkout -q main
	echo two >"$pipe/notes"
	pipe_git commit -qam two
}

pipe_refusals() {
	pipe_fresh
	echo '# x' >>"$pipe/shop/web.yml"
	pipe_git add shop/web.yml
	pipe_refuses "staged changes" \
		"--git-commit: 'shop/web.yml' has staged changes" --git-commit shop
	pipe_fresh
	pipe_git rm -q --cached shop/bot.yml
	pipe_refuses "a staged removal" \
		"--git-commit: 'shop/bot.yml' has staged changes" --git-commit shop
	pipe_fresh
	pipe_git checkout -q --detach
	pipe_refuses "detached HEAD" "--git-commit: HEAD is detached" \
		--git-commit shop
	pipe_conflict
	pipe_git merge -q side >/dev/null 2>&1
	pipe_refuses "merge" "--git-commit: a merge is in progress" \
		--git-commit shop
	pipe_conflict
	pipe_git cherry-pick side >/dev/null 2>&1
	pipe_refuses "cherry-pick" "--git-commit: a cherry-pick is in progress" \
		--git-commit shop
	pipe_conflict
	pipe_git rebase -q side >/dev/null 2>&1
	pipe_refuses "rebase" "--git-commit: a rebase is in progress" \
		--git-commit shop
	pipe_fresh
	pipe_git add -f seedshare-owner.pem
	pipe_refuses "a key that git knows" \
		"--git-commit: the private key 'seedshare-owner.pem' is known" \
		--git-commit shop
	pipe_fresh
	pipe_refuses "an output with the name of a key" \
		"--git-commit: 'm.pem' is a file that is never committed" \
		--git-commit -m m.pem shop
	pipe_fresh
	pipe_refuses "outside of the repository" \
		"--git-commit: '../pipe.yml' lies outside of the repository" \
		--git-commit -o ../pipe.yml shop
	mkdir "$pipe/verify"
	pipe_refuses "an output in verify/" \
		"--git-commit: 'verify/all.yml' is a file that is never committed" \
		--git-commit -o verify/all.yml shop
	pipe_fresh
	git init -q "$pipe/shop"
	pipe_refuses "a repository in the repository" \
		"--git-commit: 'shop/bot.yml' lies outside of the repository" \
		--git-commit shop
	pipe_fresh
	: >"$pipe/.git/index.lock"
	pipe_refuses "a lock" "--git-commit: another git process" \
		--git-commit shop
	pipe_fresh
	echo '*.yml filter=crypt' >"$pipe/.gitattributes"
	pipe_refuses "a filter" "--git-commit: git would store other bytes" \
		--git-commit shop
	pipe_fresh
	sed -i 's/$/\r/' "$pipe/shop/web.yml"
	pipe_git commit -qam CRLF
	echo '*.yml text' >"$pipe/.gitattributes"
	pipe_refuses "line ends that git would turn" \
		"--git-commit: git would store other bytes than those of 'shop/web" \
		--git-commit shop
	pipe_fresh
	mv "$pipe/.git" "$pipe/git"
	pipe_refuses "no repository" \
		"--git-commit: 'manifest.json' lies in no git repository" \
		--git-commit shop
	pipe_fresh
	mv "$HOME/.gitconfig" "$HOME/.gitconfig.not"
	pipe_refuses "nobody" "--git-commit: git does not know who you are" \
		--git-commit shop
	mv "$HOME/.gitconfig.not" "$HOME/.gitconfig"
	pipe_fresh
	pipe_git config core.bare true
	pipe_refuses "a bare repository" \
		"--git-commit: the repository of 'manifest.json' is bare" \
		--git-commit shop
	pipe_fresh
	pipe_status=2
	export SOURCE_DATE_EPOCH=yesterday
	pipe_refuses "a date" "--git-commit: SOURCE_DATE_EPOCH: not a number" \
		--git-commit shop
	unset SOURCE_DATE_EPOCH
	pipe_status=
}

# --dry-run: nothing is written; git apply and patch make of its patch what a
# run would have written.
pipe_dry_run() {
	pipe_fresh
	mkdir "$pipe/odd dir"
	sed 's/name: web/name: \xc3\xb6dd/; s/$/\r/' "$pipe/shop/web.yml" \
		>"$pipe/odd dir/\"q\".yml"
	printf '%s' "$(sed 's/name: bot/name: end/' "$pipe/shop/bot.yml")" \
		>"$pipe/odd dir/end.yml"
	chmod 755 "$pipe/shop/bot.yml"
	pipe_git config core.filemode false
	pipe_git add . && pipe_git commit -qm odd
	pipe_run --dry-run shop "odd dir"
	pipe_is "--dry-run" test $? -eq 0
	pipe_is "it writes nothing" test -z "$(pipe_git status --porcelain)"
	cp "$pipe.out" "$scratch/pipe.patch"
	pipe_is "git apply --check" pipe_git apply --check "$scratch/pipe.patch"
	pipe_run -q shop "odd dir"
	rm -rf "$pipe.want"
	cp -R "$pipe" "$pipe.want"
	pipe_run --dry-run shop "odd dir"
	pipe_is "nothing to do, nothing printed" test ! -s "$pipe.out"
	pipe_git stash -qu
	pipe_git apply "$scratch/pipe.patch" 2>"$pipe.err"
	pipe_is "git apply" diff -r -x .git "$pipe.want" "$pipe"
	pipe_git stash -qu
	rm -rf "$pipe"/odd*
	cp -R "$pipe.want/odd dir" "$pipe/"
	pipe_git checkout -q -- .
	# (git apply alone is no proof: patch takes blanks in names for dates)
	(cd "$pipe" && patch -sp1 <"$scratch/pipe.patch") >"$pipe.err" 2>&1
	pipe_is "patch -p1" diff -r -x .git "$pipe.want" "$pipe"
	pipe_fresh
	(cd "$pipe/shop" && "$contrastc" generate --reference-values \
		metal-qemu-snp --offline --image-source \
		"oci-layout:$top/samples/images" -m ../manifest.json \
		--add-seedshare-owner-key ../seedshare-owner.pem -d \
		--dry-run .) >"$scratch/pipe.patch" 2>"$pipe.err"
	pipe_is "paths from a directory in common" \
		pipe_git apply --check "$scratch/pipe.patch"
	pipe_is "which is told" grep -q "paths of the patch are those in /" \
		"$pipe.err"
	pipe_fresh
	rm "$pipe"/*.pem
	pipe_run --dry-run shop
	pipe_is "no key is made" test -z "$(find "$pipe" -name '*.pem')"
	pipe_is "which is told" grep -q \
		"^  Would make a new key: seedshare-owner.pem" "$pipe.err"
	pipe_is "nor an owner" grep -q '^+.*"WorkloadOwnerPubKeys": null' \
		"$pipe.out"
}

# pipe_stale NAME PATTERN ARGUMENT...: exit 1, a reason that matches, and no
# other ones than such; nothing is written
pipe_stale() {
	name=$1
	pattern=$2
	shift 2
	rm -rf "$pipe.was"
	cp -R "$pipe" "$pipe.was"
	pipe_run --check "$@"
	status=$?
	{
		[ "$status" -eq 1 ] || echo "exit status $status"
		grep -Eq -e "error: $pattern" "$pipe.err" || echo "no: $pattern"
		grep -E '\[stale-[a-z]*\]$' "$pipe.err" | grep -Ev -e "error: $pattern"
		diff -r "$pipe.was" "$pipe"
		[ ! -s "$pipe.out" ] || echo "standard output"
	} >"$pipe.got"
	cat "$pipe.got" >>"$pipe.err"
	pipe_is "--check: $name" test ! -s "$pipe.got"
}

pipe_edit() { # FILE SED
	sed -i "$2" "$pipe/$1"
	cmp -s "$pipe/$1" "$scratch/pipe.made/$1" &&
		bad "pipeline: $2 changes nothing"
}

pipe_made() {
	rm -rf "$pipe"
	cp -R "$scratch/pipe.made" "$pipe"
}

pipe_check() {
	pipe_fresh
	pipe_stale "before the first run" "(Deployment|StatefulSet)/[a-z]*: (the policy is outdated: there is none yet|spec.template.(metadata.annotations[^ ]*|spec.(initContainers\[contrast-[a-z-]*\]|volumes\[contrast-secrets\]|containers\[[a-z]*\].volumeMounts\[contrast-secrets\])) is missing|spec.template.spec.runtimeClassName is 'contrast-cc', would be)|'.*' does not exist" shop
	pipe_run -q shop
	rm -rf "$scratch/pipe.made"
	cp -R "$pipe" "$scratch/pipe.made"
	pipe_run --check shop
	pipe_is "--check: up to date" test $? -eq 0
	pipe_is "--check: silent then" test ! -s "$pipe.err"
	pipe_run --check -v shop
	pipe_is "--check -v: a line" grep -q "files are up to date" "$pipe.err"

	pipe_edit shop/bot.yml 's/WEB_HOST/WEB_PORT/'
	pipe_stale "an input" "Deployment/bot: the policy is outdated: its data differs at containers\[bot\]\.OCI\.Process\.Env\[2\]|manifest: the policy of 'bot' has the hash [0-9a-f]{10}, would have [0-9a-f]{10}" shop
	pipe_made
	pipe_edit shop/web.yml 's/runtimeClassName: .*/runtimeClassName: contrast-cc/'
	pipe_stale "the runtime class" "Deployment/web: spec.template.spec.runtimeClassName is 'contrast-cc', would be 'contrast-cc-metal-qemu-snp-00000000'" shop
	pipe_made
	pipe_edit shop/web.yml 's/name: contrast-service-mesh/name: mesh/'
	pipe_stale "a sidecar" "Deployment/web: (spec.template.spec.initContainers\[contrast-service-mesh\] is missing|the policy is outdated|spec.template.spec.initContainers)|manifest: the policy of 'web'|lock file" shop
	pipe_made
	pipe_edit shop/orders.yml 's/initializer:latest/initializer:old/'
	pipe_stale "the Initializer" "Deployment/orders: spec.template.spec.initContainers\[contrast-initializer\].image is '.*:old', would be" shop
	pipe_made
	pipe_edit shop/bot.yml 's/cc_init_data: H/cc_init_data: I/'
	pipe_stale "no policy" "Deployment/bot: the policy is outdated: the annotation holds none: |the files are of two runs: the manifest has" shop
	pipe_made
	pipe_stale "an option" "[A-Za-z]*/[a-z]*: the policy is outdated: its rules are of other options or another release of contrastc|manifest: the policy of '.*' has the hash .*|the Coordinator's policy has the hash" --denials=none shop

	pipe_made
	pipe_edit manifest.json 's/"Role": "coordinator"/"Role": ""/'
	pipe_stale "a role" 'manifest: Policies\["?[0-9a-f]*"?\].Role|manifest: Policies.[0-9a-f]*.Role is .., would be .coordinator.' shop
	pipe_made
	pipe_edit manifest.json 's/^  "Policies"/  "Policies" /'
	pipe_stale "the form of the manifest" \
		"'manifest.json' has the same content in another form" shop
	pipe_made
	rm "$pipe/shop/bot.yml"
	pipe_stale "a workload that is gone" "manifest: no workload has the policy [0-9a-f]{10} of 'bot' any more" shop
	pipe_made
	sed 's/name: bot/name: robot/' samples/shop/bot.yml >"$pipe/shop/new.yml"
	pipe_run -q -m other.json shop
	pipe_run --check shop
	pipe_is "--check: a mix" grep -q "error: the files are of two runs: the resources have the policy of 'robot'" "$pipe.err"
	pipe_stale "a policy that the manifest lacks" \
		"manifest: it has no policy for 'robot'|the files are of two runs" shop
	cp "$pipe/manifest.json" "$pipe/old"
	pipe_run -q shop
	cp samples/shop/bot.yml "$pipe/shop/bot.yml"
	pipe_run --check shop
	pipe_is "--check: the other mix" grep -q "the manifest has the policy of 'bot' that they should have, and the resources have another" "$pipe.err"

	pipe_made
	rm "$pipe/contrast.lock"
	pipe_stale "no lock file" "'contrast.lock' does not exist" shop
	pipe_made
	awk '/registry.example.parcel.bot/ { skip = 1 } !skip { print }
		/^    }/ { skip = 0 }' "$scratch/pipe.made/contrast.lock" \
		>"$pipe/contrast.lock"
	pipe_stale "an image that is not locked" \
		"lock file: images\\[\"registry.example/parcel/bot:.*\"\\] is missing" shop
	pipe_made
	echo 0000 >"$pipe/coordinator-policy.sha256"
	pipe_stale "the Coordinator's hash" "the Coordinator's policy has the hash '0000' here, would have '[0-9a-f]{64}'" shop
	pipe_made
	rm "$pipe/workload-owner.pem"
	pipe_stale "no key" "the key file 'workload-owner.pem' does not exist" shop
	pipe_made
	cp "$pipe/workload-owner.pem" "$pipe/first.pem"
	(cd "$pipe" && openssl ecparam -genkey -name secp384r1 -noout \
		-out second.pem && chmod 600 second.pem) 2>"$pipe.err"
	pipe_stale "an owner" "manifest: WorkloadOwnerPubKeys\[[01]\] " \
		-w first.pem -w second.pem shop

	pipe_made
	openssl ec -in "$pipe/workload-owner.pem" -pubout \
		>"$pipe/owner.pub.pem" 2>"$pipe.err"
	openssl rsa -in "$pipe/seedshare-owner.pem" -pubout \
		>"$pipe/seed.pub.pem" 2>>"$pipe.err"
	rm "$pipe/workload-owner.pem" "$pipe/seedshare-owner.pem"
	pipe_run --check -w owner.pub.pem --add-seedshare-owner-key seed.pub.pem shop
	pipe_is "--check with public keys" test $? -eq 0

	pipe_made
	pipe_run -q -o all.yml shop
	pipe_run --check -o all.yml shop
	pipe_is "--check --output: up to date" test $? -eq 0
	rm -rf "$scratch/pipe.joined"
	cp -R "$pipe" "$scratch/pipe.joined"
	sed -i 's/^  replicas: 2/  replicas: 3/; s/^  name: orders-svc$/  name: order-svc/' "$pipe/all.yml"
	pipe_stale "--output: its objects" "Service/order[s]?-svc (is missing|would be removed)|Deployment/[a-z]*: spec.replicas is '3', would be '2'" -o all.yml shop
	echo '# a remark' >>"$pipe/all.yml"
	cp "$scratch/pipe.joined/all.yml" "$pipe/all.yml"
	echo '# a remark' >>"$pipe/all.yml"
	pipe_stale "--output: its form" "'all.yml' has the same content in another form" -o all.yml shop
	echo '{' >"$pipe/all.yml"
	pipe_stale "--output: no YAML" "'all.yml' is not what a run writes" -o all.yml shop
	rm "$pipe/all.yml"
	pipe_stale "--output: nothing" "'all.yml' does not exist" -o all.yml shop
	printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: %s\n' hush \
		>"$pipe/shop/secret.yml"
	pipe_run -q --output-all -o all.yml shop
	sed -i 's/a: hush/a: loud/' "$pipe/all.yml"
	pipe_stale "--output: a Secret" "Secret/s: stringData.a is outdated" --output-all -o all.yml shop
	pipe_is "which is not shown" sh -c '! grep -E "hush|loud" "$1"' - "$pipe.err"

	pipe_made
	pipe_edit shop/bot.yml 's/WEB_HOST/WEB_PORT/'
	pipe_run --check -q --report json shop
	pipe_is "--check --report json" grep -q '"name": *"stale-policy"' "$pipe.err"
	pipe_run --check --dry-run shop
	pipe_is "--check --dry-run: 1" test $? -eq 1
	pipe_is "the reasons" grep -q stale-policy "$pipe.err"
	pipe_is "and the patch" pipe_git apply --check "$pipe.out"
	pipe_made
	rm "$pipe/manifest.json"
	pipe_run --check - <samples/helm/parcel.yml
	pipe_is "--check of a stream: 1" test $? -eq 1
	pipe_is "it is not echoed" test ! -s "$pipe.out"
	pipe_run -q - <samples/helm/parcel.yml
	pipe_run --check - <samples/helm/parcel.yml
	pipe_is "--check of a stream: 0" test $? -eq 0
	for words in "--check --git-commit" "--dry-run --git-commit" \
		"--check -o -" "--dry-run -o -"; do
		# shellcheck disable=SC2086 # words
		pipe_run $words shop
		pipe_is "usage: $words" test $? -eq 2
	done
}

# A machine without libgit2: only what needs it fails, and writes nothing.
pipe_no_library() {
	library=$(ldconfig -p 2>/dev/null | awk '/libgit2\.so\.[0-9]/ { print $NF; exit }')
	if [ -z "$library" ] || ! unshare -m true 2>/dev/null; then
		skip "pipeline: no libgit2" "no mount namespaces here"
		return
	fi
	pipe_made
	pipe_edit shop/bot.yml 's/WEB_HOST/WEB_PORT/'
	before=$(pipe_git status --porcelain)
	for case in "3 --dry-run" "3 --git-commit" "1 --check" "0 -q"; do
		# shellcheck disable=SC2016 # the inner shell expands
		(cd "$pipe" && unshare -m sh -c 'mount --bind /dev/null "$1" &&
			shift && exec "$@"' - "$library" "$contrastc" generate \
			"${case#* }" --reference-values metal-qemu-snp --offline \
			--image-source "oci-layout:$top/samples/images" shop) \
			>"$pipe.out" 2>"$pipe.err"
		pipe_is "no libgit2: $case" test $? -eq "${case%% *}"
		[ "${case%% *}" -ne 3 ] ||
			pipe_is "no libgit2: the reason" grep -q \
				'^Error: .*: libgit2.so.' "$pipe.err"
		[ "${case%% *}" -eq 0 ] ||
			pipe_is "no libgit2: nothing is written" test "$before" = \
				"$(pipe_git status --porcelain)"
	done
}

# Nothing to do, and nothing at all.
pipe_empty() {
	pipe_made
	find "$pipe" -type f -exec stat -c '%n %i %Y %Z' {} + | sort \
		>"$scratch/pipe.stat"
	pipe_run -q shop
	pipe_is "a run without a change touches nothing" sh -c \
		'find "$1" -type f -exec stat -c "%n %i %Y %Z" {} + | sort |
		diff "$2" -' - "$pipe" "$scratch/pipe.stat"
	mkdir "$pipe/none"
	for words in none "--check none" "-o all.yml none" "--git-commit none"; do
		# shellcheck disable=SC2086 # words
		pipe_run $words
		pipe_is "empty: $words" test $? -eq 1
	done
	pipe_is "empty: nothing is written" cmp "$pipe/manifest.json" \
		"$scratch/pipe.made/manifest.json"
	for input in '' '# only a remark
'; do
		printf '%s' "$input" >"$scratch/pipe.input"
		pipe_run - <"$scratch/pipe.input"
		pipe_is "empty stream" test $? -eq 1
		pipe_is "empty stream: no output" test ! -s "$pipe.out"
		pipe_run --allow-empty -m other.json - <"$scratch/pipe.input"
		pipe_is "empty stream, --allow-empty" test $? -eq 0
		pipe_is "it is passed on" cmp "$pipe.out" "$scratch/pipe.input"
	done
	pipe_run --check --allow-empty -m other.json none
	pipe_is "--check --allow-empty" test $? -eq 0
	pipe_is "which draws a warning" grep -q 'warning: no .*\[input-none\]' \
		"$pipe.err"
	pipe_run --check --allow-empty none
	pipe_is "--check: policies of no workload" grep -q \
		"no workload has the policy" "$pipe.err"
	pipe_run -W error --allow-empty none
	pipe_is "-W error --allow-empty" test $? -eq 1
}

theme_pipeline() {
	command -v git >/dev/null || {
		skip pipeline "git is not installed"
		return
	}
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	pipe=$scratch/pipe
	mkdir "$scratch/pipe.from"
	cp -R samples/shop "$scratch/pipe.from/"
	printf '*.pem\n' >"$scratch/pipe.from/.gitignore"
	echo notes >"$scratch/pipe.from/notes"
	printf '[user]\n\tname = A Developer\n\temail = dev@example.com\n%s\n' \
		'[init]
	defaultBranch = main' >"$HOME/.gitconfig"
	export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
	unset SOURCE_DATE_EPOCH GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
	pipe_fresh
	pipe_run -q shop
	cp "$pipe"/*.pem "$scratch/pipe.from/"
	(cd "$scratch/pipe.from" && git init -q && git add . &&
		git commit -qm "the user's") >"$pipe.err" 2>&1
	for part in commits places coco refusals dry_run check no_library empty; do
		"pipe_$part"
	done
}

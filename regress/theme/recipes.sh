# SPDX-License-Identifier: Apache-2.0
# The recipes of samples/pipeline/: their steps run in a repository with the
# sample shop, as far as that goes without the service; Helm and Kustomize
# themselves run the program.

# shellcheck disable=SC2154 # scratch and top are the driver's

recipe_is() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$recipe.diff" 2>&1
	then ok "recipe: $name"
	else
		cat "$recipe.err" >>"$recipe.diff"
		bad "recipe: $name" "$recipe.diff"
	fi
}

recipe_fresh() {
	rm -rf "$recipe" "$recipe.git"
	cp -R "$scratch/recipe.from" "$recipe"
	git clone -q --bare "$recipe" "$recipe.git"
	git -C "$recipe" remote add origin "$recipe.git"
}

recipe_git() {
	git -C "$recipe" "$@"
}

# recipe_run COMMAND...: in the repository
recipe_run() {
	(cd "$recipe" && "$@") >"$recipe.out" 2>"$recipe.err"
}

# The shell steps of a job that run when all goes well.
recipe_steps() { # FILE JOB
	oracle-python - "$1" "$2" <<-'PEOF'
		import sys, yaml
		d = yaml.safe_load(open(sys.argv[1]))
		job = d.get("jobs", d)[sys.argv[2]]
		steps = job.get("script") or [
		    s["run"] for s in job["steps"] if "run" in s and "if" not in s]
		print("\n".join(steps))
	PEOF
}

# recipe_job FILE JOB
recipe_job() {
	recipe_steps "$top/samples/pipeline/$1" "$2" >"$recipe.sh" &&
		[ -s "$recipe.sh" ] && recipe_run sh -e "$recipe.sh"
}

recipe_change() {
	sed -i 's/value: 2s/value: 9s/' "$recipe/deploy/bot.yml"
	recipe_git commit -qam "another interval"
}

# What a job pushed: one commit, all files of it, nothing to do afterwards.
recipe_pushed() {
	[ "$(git -C "$recipe.git" log -1 --format=%s main)" = "Update policies" ] &&
		[ "$(git -C "$recipe.git" show --format= --name-only main |
			tr '\n' ' ')" = "deploy/bot.yml manifest.json " ] &&
		[ -z "$(recipe_git status --porcelain)" ] &&
		recipe_run contrastc generate --check deploy
}

recipe_jobs() {
	for case in "github/contrastc.yml check update" \
		"gitlab/.gitlab-ci.yml check-policies update-policies"; do
		# shellcheck disable=SC2086 # three words
		set -- $case
		recipe_fresh
		recipe_job "$1" "$2"
		recipe_is "$1: $2 of what is up to date" test $? -eq 0
		before=$(recipe_git rev-parse HEAD)
		recipe_job "$1" "$3"
		recipe_is "$1: $3 without a change" test "$before" = \
			"$(git -C "$recipe.git" rev-parse main)"
		recipe_change
		recipe_job "$1" "$2"
		recipe_is "$1: $2 of a change" test $? -eq 1
		recipe_is "$1: the reason" grep -q 'stale-policy' "$recipe.err"
		recipe_is "$1: nothing is written" test -z \
			"$(recipe_git status --porcelain)"
		recipe_job "$1" "$3"
		recipe_is "$1: $3 of a change" recipe_pushed
	done
}

recipe_schemas() {
	command -v check-jsonschema >/dev/null || {
		skip "recipe: schemas" "check-jsonschema is not installed"
		return
	}
	recipe_is "github: schema" check-jsonschema --builtin-schema \
		vendor.github-workflows samples/pipeline/github/contrastc.yml
	recipe_is "gitlab: schema" check-jsonschema --builtin-schema \
		vendor.gitlab-ci samples/pipeline/gitlab/.gitlab-ci.yml
}

recipe_hooks() {
	recipe_fresh
	cp samples/pipeline/pre-commit/pre-commit "$recipe/.git/hooks/"
	sed -i 's/value: 2s/value: 9s/' "$recipe/deploy/bot.yml"
	recipe_git add deploy
	recipe_run git commit -qm stale
	recipe_is "git hook: a stale commit" test $? -ne 0
	recipe_is "git hook: the reason" grep -q 'stale-policy' "$recipe.err"
	recipe_run contrastc generate -q deploy
	recipe_git add deploy
	recipe_run git commit -qm "without the manifest"
	recipe_is "git hook: half a commit" grep -q 'stale-mix' "$recipe.err"
	recipe_git add manifest.json
	recipe_run git commit -qm whole
	recipe_is "git hook: a whole one" test $? -eq 0
	oracle-python - samples/pipeline/pre-commit/.pre-commit-hooks.yaml \
		>"$recipe.hooks" <<-'PEOF'
		import re, sys, yaml
		for h in yaml.safe_load(open(sys.argv[1])):
		    assert {"id", "name", "entry", "language", "files"} <= set(h)
		    for path in ["deploy/web.yml", "a.yaml", "manifest.json",
		                 "contrast.lock"]:
		        assert re.search(h["files"], path), path
		    print(h["entry"])
	PEOF
	recipe_is "pre-commit: two hooks" test "$(wc -l <"$recipe.hooks")" -eq 2
	recipe_fresh
	while read -r entry; do
		recipe_run sh -c "$entry deploy"
		recipe_is "pre-commit: $entry" test $? -eq 0
		recipe_is "pre-commit: no change" test -z \
			"$(recipe_git status --porcelain)"
	done <"$recipe.hooks"
}

# Flux edits the line with the setter comment; the job does the rest.
recipe_flux() {
	recipe_fresh
	new=$(grep /catalogue: samples/images/REFERENCES | head -n 1)
	cp samples/flux/web.yml "$recipe/deploy/flux.yml"
	sed -i 's/name: web$/name: flux/' "$recipe/deploy/flux.yml"
	recipe_run contrastc generate --git-commit deploy
	sed -i "s|image: .*parcel/bot.* # {\"|image: $new # {\"|" \
		"$recipe/deploy/flux.yml"
	recipe_git commit -qam "flux: update images"
	recipe_job github/contrastc.yml update
	recipe_is "flux: the commit" test "$(git -C "$recipe.git" log -1 \
		--format=%s main)" = "Update policies"
	# shellcheck disable=SC2016 # a comment
	recipe_is "flux: the setter comment" grep -qF \
		"$new"' # {"$imagepolicy": "parcel:bot"}' "$recipe/deploy/flux.yml"
	recipe_run contrastc generate --check deploy
	recipe_is "flux: up to date" test $? -eq 0
	recipe_is "flux: its objects" oracle-python - samples/pipeline/flux/*.yml \
		<<-'PEOF'
		import sys, yaml
		kinds = [d["kind"] for f in sys.argv[1:]
		         for d in yaml.safe_load_all(open(f))]
		assert kinds == ["ImageRepository", "ImagePolicy",
		    "ImageUpdateAutomation", "GitRepository", "Kustomization"], kinds
	PEOF
}

recipe_argocd() {
	recipe_fresh
	oracle-python - samples/pipeline/argocd/plugin.yaml >"$recipe.sh" <<-'PEOF'
		import sys, yaml
		g = yaml.safe_load(open(sys.argv[1]))["spec"]["generate"]
		assert g["command"] == ["sh", "-ec"]
		print(g["args"][0])
	PEOF
	recipe_run sh -ec "$(cat "$recipe.sh")"
	recipe_is "argocd: up to date" test $? -eq 0
	cp "$recipe.out" "$recipe/all.yml"
	recipe_run contrastc policies -m manifest.json all.yml
	recipe_is "argocd: what it prints has its policies" \
		grep -q Deployment/parcel/web "$recipe.out"
	recipe_change
	recipe_run sh -ec "$(cat "$recipe.sh")"
	recipe_is "argocd: stale" test $? -ne 0
	recipe_is "argocd: nothing is printed" test ! -s "$recipe.out"
}

recipe_helm() {
	command -v helm >/dev/null || {
		skip "recipe: helm" "helm is not installed"
		return
	}
	recipe_fresh
	chart=$top/samples/pipeline/helm/parcel
	set -- helm template shop "$chart" --post-renderer contrastc \
		--post-renderer-args generate --post-renderer-args -
	recipe_run "$@"
	recipe_is "helm: post-renderer" test $? -eq 0
	cp "$recipe.out" "$recipe/rendered.yml"
	recipe_run contrastc policies -m manifest.json rendered.yml
	recipe_is "helm: the manifest has the policies" test \
		"$(grep -c 'shop-' "$recipe.out")" -eq 2
	recipe_run sh -c "helm template shop '$chart' | contrastc generate -"
	recipe_is "helm: a pipe does the same" test \
		"$(grep cc_init_data "$recipe.out" | sort)" = \
		"$(grep cc_init_data "$recipe/rendered.yml" | sort)"
	recipe_run sh -c "helm template shop '$chart' | contrastc generate --check -"
	recipe_is "helm: --check" test $? -eq 0
	recipe_run "$@" --set bot.image=bot:none
	recipe_is "helm: an error is one" test $? -ne 0
	recipe_is "helm: and prints nothing" test ! -s "$recipe.out"
	recipe_is "helm: where it comes from" grep -q \
		'rendered from parcel/templates/warm-up.yaml' "$recipe.err"
	recipe_run "$@" --set confidential=false
	recipe_is "helm: no workload is an error" test $? -ne 0
	recipe_run "$@" --post-renderer-args --allow-empty --set confidential=false
	recipe_is "helm: --allow-empty" grep -q 'name: shop-warm-up' "$recipe.out"
	recipe_run helm template shop "$chart" --set confidential=false
	cp "$recipe.out" "$recipe/plain.yml"
	recipe_run sh -c 'contrastc generate --allow-empty - <plain.yml |
		cmp - plain.yml'
	recipe_is "helm: --allow-empty passes the stream on" test $? -eq 0
}

recipe_kustomize() {
	command -v kustomize >/dev/null || {
		skip "recipe: kustomize" "kustomize is not installed"
		return
	}
	recipe_fresh
	overlay=$top/samples/pipeline/kustomize/overlay
	recipe_run sh -c "kustomize build '$overlay' | contrastc generate - \
		>rendered.yml"
	recipe_is "kustomize: a pipe" test $? -eq 0
	recipe_run contrastc policies -m manifest.json rendered.yml
	recipe_is "kustomize: its policy" grep -q Deployment/parcel-test/bot \
		"$recipe.out"
	recipe_run sh -c "kustomize build '$overlay' | CONTRASTC_IMAGE_SOURCE= \
		contrastc generate --lock-file no.lock -"
	recipe_is "kustomize: where an error comes from" grep -q \
		'rendered from ../base/bot.yaml' "$recipe.err"
	recipe_is "kustomize: and nothing is printed" test ! -s "$recipe.out"
	cp -R samples/pipeline/kustomize "$recipe/"
	recipe_run kustomize build --enable-alpha-plugins --enable-exec \
		kustomize/function
	recipe_is "kustomize: a function" test $? -eq 0
	cp "$recipe.out" "$recipe/rendered.yml"
	recipe_run contrastc policies -m kustomize/function/manifest.json \
		rendered.yml
	recipe_is "kustomize: its policy" grep -q Deployment/parcel-test/bot \
		"$recipe.out"
}

theme_recipes() {
	for tool in git oracle-python; do
		command -v $tool >/dev/null || {
			skip recipes "$tool is not installed"
			return
		}
	done
	recipe=$scratch/recipe
	recipe_path=$PATH
	PATH=$(CDPATH='' cd -- "$O" && pwd):$PATH
	CONTRASTC_IMAGE_SOURCE=oci-layout:$top/samples/images
	CONTRASTC_OFFLINE=true
	CI_COMMIT_BRANCH=main
	PUSH_URL=$recipe.git
	export CONTRASTC_IMAGE_SOURCE CONTRASTC_OFFLINE CI_COMMIT_BRANCH PUSH_URL
	printf '[user]\n\tname = A Developer\n\temail = dev@example.com\n%s\n' \
		'[init]
	defaultBranch = main' >"$HOME/.gitconfig"
	from=$scratch/recipe.from
	mkdir -p "$from/keys"
	cp -R samples/shop "$from/deploy"
	cp samples/pipeline/contrastc.yaml "$from/"
	(cd "$from" && openssl genrsa 2048 | openssl rsa -pubout \
		-out keys/seedshare-owner.pub &&
		openssl ecparam -genkey -name secp384r1 |
		openssl ec -pubout -out keys/workload-owner.pub &&
		contrastc generate -q deploy && git init -q && git add . &&
		git commit -qm "up to date") >"$recipe.err" 2>&1 || {
		bad recipes "$recipe.err"
		return
	}
	for part in jobs schemas hooks flux argocd helm kustomize; do
		"recipe_$part"
	done
	unset CONTRASTC_IMAGE_SOURCE CONTRASTC_OFFLINE CI_COMMIT_BRANCH PUSH_URL
	PATH=$recipe_path
}

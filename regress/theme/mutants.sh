# SPDX-License-Identifier: Apache-2.0
# Our engine and our model of the agent against the agent's own engine: what is
# recorded, what is simulated, and 2,000 changed requests of each kind
# (MUTANTS=n: so many), to the pods of the vectors and of the shop
# (regress/conform_mutants.c).

# shellcheck disable=SC2086,SC2154 # words; the driver's

# $mutants_styles: what a policy may look like, its name and the flags of
# generate, a line each.

# mutants_make CASE ENGINE FLAGS PATH...: a workload's policies, a text a style
mutants_make() {
	case=$scratch/mutants/$1
	engine=$2
	flags=$3
	shift 3
	mkdir -p "$case"
	echo "$mutants_styles" >"$scratch/mutants.styles"
	while read -r style flag; do
		rm -rf "$scratch/mutants.run"
		mkdir "$scratch/mutants.run"
		cp -R "$@" "$scratch/mutants.run/"
		(cd "$scratch/mutants.run" &&
			"$program" generate --offline -q $flags $flag pod &&
			"$program" policies -q --extract out pod) \
			>"$scratch/mutants.list" 2>"$scratch/mutants.err" ||
			{ bad "mutants generate $1" "$scratch/mutants.err" && return; }
		cp "$scratch/mutants.run"/out/* "$case/text.$style.$engine"
		[ "$style" != full ] || cp "$scratch/mutants.run"/out/* "$case/data"
	done <"$scratch/mutants.styles"
	cp -R "$@" "$case/"
	echo "'$program' why -q -W no-egress-no-service --trace --json --offline \
		$flags '$case/pod'" >"$case/command"
}

# The pods of the vectors, with what is recorded for them.
mutants_vectors() {
	find "$kata" -name pod.yaml ! -path '*/aks/*' >"$scratch/mutants.pods"
	while read -r pod; do
		dir=$(dirname "$pod")
		mkdir -p "$scratch/mutants.in/pod"
		rm -f "$scratch/mutants.in/pod"/*
		# the class that gets a policy, in place of any other or none
		sed '/^ *runtimeClassName:/d; s/^\( *\)containers:/\1runtimeClassName: kata\
&/' "$pod" >"$scratch/mutants.in/pod/pod.yaml"
		[ ! -f "$dir/config_map.yaml" ] ||
			cp "$dir/config_map.yaml" "$scratch/mutants.in/pod/"
		mutants_make "$(echo "${dir#"$kata"/}" | tr / -)" 0.10.0 \
			"--coco --target kata-4 --images $kata/images.json" \
			"$scratch/mutants.in/pod"
		cp "$dir/testcases.json" "$case/requests"
	done <"$scratch/mutants.pods"
}

# A pod of the shop on a platform, with each of the engines of its agents.
mutants_shop() {
	for it in "metal-qemu-snp web 0.10.0" "k3s-qemu-snp orders 0.2.8" \
		"aks-clh-snp catalogue 0.1.5"; do
		# shellcheck disable=SC2086 # three words
		set -- $it
		rm -rf "$scratch/mutants.in/pod"
		mkdir -p "$scratch/mutants.in/pod"
		cp "samples/shop/$2.yml" "$scratch/mutants.in/pod/"
		mutants_make "shop-$2-$1" "$3" "--reference-values $1 \
			--image-source oci-layout:$top/samples/images" \
			"$scratch/mutants.in/pod"
		[ ! -d "$requests" ] || cat "$requests"/*.jsonl >"$case/requests"
	done
}

mutants_cases() {
	program=$top/$O/contrastc
	kata=${SHARED:-../shared}/vectors/kata-policy
	requests=${SHARED:-../shared}/vectors/rego/kata-requests
	case $kata in /*) ;; *) kata=$top/$kata ;; esac
	rm -rf "$scratch/mutants"
	[ ! -d "$kata" ] || mutants_vectors
	mutants_shop
}

theme_mutants() {
	mutants_styles="full --policy-style=full
one
two --opt=full"
	mutants_cases
	"$O/conform" mutants "$scratch/mutants" >"$scratch/mutants.out" 2>&1
	add "$scratch/mutants.out" mutants
}

# Why every enforced field of these pods is refused, by the words of the agent
# alone (regress/conform_why.c).
theme_why() {
	mutants_styles="full --policy-style=full
one"
	mutants_cases
	"$O/conform" why "$scratch/mutants" >"$scratch/mutants.out" 2>&1
	add "$scratch/mutants.out" why
}

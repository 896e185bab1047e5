# SPDX-License-Identifier: Apache-2.0
# Pods of the vectors, asked by our own engine: what a runtime sends for them
# is allowed, what is open is known, and the recorded verdicts come out.

# shellcheck disable=SC2154 # the driver's

# ask COMMAND NAME [FLAGS...]: of the pod in $scratch/ask
ask() {
	command=$1
	name=$2
	shift 2
	if "$program" "$command" --coco --target kata-4 --offline -q \
		--images "$kata/images.json" "$@" "$scratch/ask/pod.yaml" \
		>"$scratch/ask.out" 2>"$scratch/ask.err"
	then ok "$command $name"
	else
		grep '^refused' "$scratch/ask.out" >>"$scratch/ask.err"
		bad "$command $name" "$scratch/ask.err"
	fi
}

theme_ask() {
	program=$top/$O/contrastc
	kata=${SHARED:-../shared}/vectors/kata-policy
	[ -d "$kata" ] || {
		skip ask "$kata is absent"
		return
	}
	mkdir -p "$scratch/ask"
	find "$kata" -name pod.yaml ! -path '*/aks/*' >"$scratch/ask.list"
	while read -r pod; do
		dir=$(dirname "$pod")
		# the class that gets a policy, in place of any other or none
		sed '/^ *runtimeClassName:/d; s/^\( *\)containers:/\1runtimeClassName: kata\
&/' "$pod" >"$scratch/ask/pod.yaml"
		set --
		[ ! -f "$dir/config_map.yaml" ] ||
			set -- --config-file "$dir/config_map.yaml"
		ask simulate "${dir##*/}" "$@"
		ask test "${dir##*/}" "$@"
		ask simulate "${dir##*/} as recorded" "$@" \
			--requests "$dir/testcases.json"
	done <"$scratch/ask.list"
}

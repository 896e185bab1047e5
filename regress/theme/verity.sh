# SPDX-License-Identifier: Apache-2.0
# dm-verity of layers: against a model of its own, and in constant memory.

# shellcheck disable=SC2154 # scratch is the driver's

theme_verity() {
	if ! command -v python3 >/dev/null; then
		skip verity "python3 is not installed"
		return
	fi
	mkdir -p "$scratch/layers"
	python3 regress/verity/model.py "$O/verity" 300 "$scratch/layers" \
		>"$scratch/verity" 2>&1
	add "$scratch/verity" "verity against the model"
	# a sanitizer's memory is not the program's
	[ -z "${SAN:-}" ] || return 0
	# 2 GB of zeros in a file, which the file system need not store
	python3 regress/verity/large.py "$scratch/layers/large.tar"
	# shellcheck disable=SC2046 # two numbers
	set -- $("$O/measure" 1 "$O/verity" --root "$scratch/layers/large.tar")
	if [ "${2:-65536}" -lt 65536 ]; then
		ok "verity of a large layer: $2 KiB"
	else
		echo "needs ${2:-?} KiB" >"$scratch/verity"
		bad "verity of a large layer" "$scratch/verity"
	fi
	rm -rf "$scratch/layers"
}

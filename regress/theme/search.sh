# SPDX-License-Identifier: Apache-2.0
# Secrets in what a process left: for themes that run it with regress/shim/memory.

# bytes in hex, one line
search_hex() {
	od -An -v -tx1 | tr -d ' \n'
	echo
}

# search NEEDLES FILE...: a line for each needle (hex, one a line) in a file
search() {
	python3 - "$@" <<-'PY'
		import sys
		needles = [bytes.fromhex(x) for x in open(sys.argv[1])]
		for name in sys.argv[2:]:
		    data = open(name, 'rb').read()
		    for n in needles:
		        if n in data:
		            print(name.rsplit('/', 1)[-1], n.hex())
	PY
}

# search_memory NAME NEEDLES DUMP FILE...: all needles are in the living
# process (else the search would prove nothing), none in its end or the files
search_memory() {
	search_what=$1 needles=$2 dump=$3
	shift 3
	search "$needles" "$dump".live.* >"$scratch/search"
	if [ "$(cut -d' ' -f2 "$scratch/search" | sort -u | wc -l)" = \
		"$(sort -u "$needles" | wc -l)" ]
	then ok "$search_what: the search finds what is there"
	else bad "$search_what: the search misses what is there" \
		"$scratch/search"
	fi
	echo CONTRAST_ | tr -d '\n' | search_hex >"$needles.any"
	search "$needles.any" "$dump".exit.* >"$scratch/search"
	[ -s "$scratch/search" ] || bad "$search_what: no image of the end"
	if search "$needles" "$dump".exit.* "$@" >"$scratch/search" &&
		[ ! -s "$scratch/search" ]
	then ok "$search_what: no secret is left"
	else bad "$search_what: secrets are left" "$scratch/search"
	fi
}

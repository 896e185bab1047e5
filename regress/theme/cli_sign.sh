# SPDX-License-Identifier: Apache-2.0
# contrastc sign; functions for cli.sh.

# What is signed, from the definition: transition MANIFEST PREVIOUS
transition_py='
import hashlib, sys
m = hashlib.sha256(open(sys.argv[1], "rb").read()).digest()
print(hashlib.sha256(m + bytes.fromhex(sys.argv[2])).hexdigest(), end="")
'
zeros=0000000000000000000000000000000000000000000000000000000000000000

# sign_same NAME FILE PREVIOUS: the file in $cli has the digits that follow PREVIOUS
sign_same() {
	python3 -c "$transition_py" "$cli/manifest.json" "$3" >"$cli.want"
	if cmp "$cli.want" "$cli/$2" >"$cli.diff" 2>&1
	then ok "cli: sign $1"
	else bad "cli: sign $1" "$cli.diff"
	fi
}

# sign_verified NAME SIGNATURE PREPARED: by openssl, with the key one.pem
sign_verified() {
	if (cd "$cli" && openssl pkey -in one.pem -pubout -out one.pub &&
		openssl dgst -sha256 -verify one.pub -signature "$2" "$3") \
		>"$cli.diff" 2>&1
	then ok "cli: sign $1"
	else bad "cli: sign $1" "$cli.diff"
	fi
}

cli_sign_files() {
	cli 0 'sign --prepare --out next a b' out! has=next \
		'err=^  No latest transition known' 'err!digests of owner' \
		'err=^Next transition hash written to next.$' \
		'err=argument .a. is ignored: sign takes none .argument-ignored' \
		'err=argument .b. is ignored'
	sign_same "--prepare of a first manifest" next "$zeros"
	cli 0 'sign --workload-owner-key one.pem --out sig' out! has=sig \
		'err=^Transition hash signed and signature written to sig.$' \
		'err!owner-key'
	cp "$cli.want" "$cli/next"
	sign_verified "makes what openssl verifies" sig next
	cli 0 "sign --prepare --out next --latest-transition $sign_latest" \
		'err!No latest transition'
	sign_same "--latest-transition" next "$sign_latest"
	cli 0 "sign --prepare --workspace-dir w --out next" has=next hasnot=w/next \
		'err!No latest transition'
	sign_same "verify/latest-transition" next "$sign_latest"
	cli 0 'sign --prepare -q --out -' out="^[0-9a-f]{64}\$" err!
	cli 0 'sign -q --workload-owner-key one.pem --out - | openssl asn1parse -inform DER' \
		'out=SEQUENCE' err!
	cli 0 'sign -qm manifest.json --prepare --out next --json' has=next \
		'out="kind": "Signature"' 'out="signature": null' err! \
		"out=\"latestTransition\": \"$zeros\"" \
		"out=\"nextTransition\": \"$(cat "$cli.want.first")\""
	cli 0 'sign -q --workload-owner-key one.pem --out sig --format json && base64 -w0 sig' \
		'out="signature": "MG[Q-U][A-Za-z0-9+/]*=*"' 'out=^MG[Q-U]'
}

cli_sign_keys() {
	cli 0 'sign --workload-owner-key two.pem --out sig' has=sig \
		'err=^warning: Workload owner key not found in manifest. This may lock you out from further updates .owner-key-unlisted'
	cli 1 'sign --workload-owner-key two.pem --out sig -W error' hasnot=sig
	cli 0 'sign --workload-owner-key pkcs8.pem --out sig' 'err!owner-key'
	cli 3 'sign --out sig' hasnot=sig \
		'err=^Error: loading workload owner key: workload-owner.pem: open|^Error: loading workload owner key: open workload-owner.pem: No such file'
	cli 1 'sign --workload-owner-key one.pub --out sig' hasnot=sig \
		'err=^Error: loading workload owner key: one.pub: workload owner key is not an EC private key$'
	cli 1 'sign --workload-owner-key s.pem --out sig' hasnot=sig \
		'err=unsupported PEM block type: RSA PRIVATE KEY$'
	cli 1 'sign --workload-owner-key notes.txt --out sig' hasnot=sig \
		'err=notes.txt: failed to decode PEM block$'
	cli 0 'sign --workload-owner-key open.pem --out sig' \
		'err=private key file .open.pem. is readable by others .owner-key-mode'
	cli 0 'sign -m old.json --prepare --out next' has=next \
		'err=manifest .old.json. has digests of owner keys only.*owner-digests-only' \
		'err=^help: contrastc manifest convert --to 2'
}

cli_sign_errors() {
	cli 2 'sign' 'err=^Error: required flag.s. "out" not set$'
	cli 2 'sign --out - --json' 'err=both mean standard output$'
	cli 2 'sign --out x --latest-transition 00' hasnot=x \
		'err=--latest-transition: not 64 hexadecimal digits$'
	cli 2 "sign --out x --latest-transition ${zeros%0}g" hasnot=x \
		'err=not 64 hexadecimal digits$'
	cli 3 'sign --prepare --out x -m none.json' hasnot=x \
		'err=^Error: failed to read manifest file: '
	cli 1 'sign --prepare --out x -m notes.txt' hasnot=x \
		'err=^Error: failed to unmarshal manifest: notes.txt: '
	cli 1 'sign --prepare --workspace-dir broken --out x' hasnot=x \
		'err=latest transition: broken/verify/latest-transition: not 64 hex'
	cli 1 'sign --prepare --workspace-dir long --out x' hasnot=x \
		'err=long/verify/latest-transition: not 64 hexadecimal digits$'
	cli 3 'sign --prepare --out no/x' 'err=^Error: write no'
	cli 3 'sign --prepare -q --out - >/dev/full' \
		'err=write standard output: No space'
	cli 0 'completion bash' 'out=--latest-transition'
	cli 0 'sign --help' 'out=--prepare ' 'out=--out FILE'
}

# The vectors of signatures, where they are.
cli_sign_vectors() {
	vectors=${SHARED:-../shared}/vectors/manifests
	if [ ! -d "$vectors" ]; then
		skip "cli: sign vectors" "$vectors is not there"
		return
	fi
	v=$vectors/recorded/v1.7-aks-clh-snp.manifest.json
	if contrast sign -q --prepare --out - -m "$v" 2>"$cli.diff" |
		cmp - "$vectors/digests/transition.prepare" >>"$cli.diff" 2>&1
	then ok "cli: sign vector"
	else bad "cli: sign vector" "$cli.diff"
	fi
}

cli_sign() {
	sign_latest=e03a1aa08ae3bffda47fbff9e6c8c2e0b4de481857d1cfccc85e9660561c5fb1
	cli_fresh
	(cd "$cli" && contrast ${cli_g} -q --manifest-format 2 -w one.pem helm &&
		contrast ${cli_g} -q --manifest-format 1.10 -m old.json \
			-w one.pem helm
	openssl pkcs8 -topk8 -nocrypt -in one.pem -out pkcs8.pem
	chmod 600 pkcs8.pem
	openssl pkey -in one.pem -pubout -out one.pub
	install -m 644 one.pem open.pem
	cp manifest.json old.json pkcs8.pem one.pub open.pem "$cli_from/") \
		>/dev/null 2>&1
	for dir in w broken long; do
		mkdir -p "$cli_from/$dir/verify"
		cp "$cli/manifest.json" "$cli_from/$dir/"
	done
	echo "$sign_latest" >"$cli_from/w/verify/latest-transition"
	echo none >"$cli_from/broken/verify/latest-transition"
	echo "$zeros$zeros" >"$cli_from/long/verify/latest-transition"
	python3 -c "$transition_py" "$cli_from/manifest.json" "$zeros" \
		>"$cli.want.first"
	cli_sign_files
	cli_sign_keys
	cli_sign_errors
	cli_sign_vectors
	for file in manifest.json old.json pkcs8.pem one.pub open.pem w broken long
	do
		rm -rf "${cli_from:?}/$file"
	done
}

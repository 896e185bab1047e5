# SPDX-License-Identifier: Apache-2.0
# Each allocation of a run fails once (regress/shim/alloc.c): the run ends with
# an error and nothing written, or it needed no such memory and all is as
# without.  FAILMALLOC=N: every Nth only (61).

# shellcheck disable=SC2154 # the driver's

memory_step=${FAILMALLOC:-61}

# memory_run [VARIABLE...]: in $memory/run, a fresh copy
memory_run() {
	rm -rf "$memory/run"
	cp -R "$memory/new" "$memory/run"
	(cd "$memory/run" && timeout 60 env "$@" "$top/$O/contrastc" generate \
		-q --reference-values metal-qemu-snp --offline \
		--image-source "oci-layout:$top/samples/images" shop) \
		2>"$memory/err"
}

memory_one() { # NUMBER
	memory_run FAIL_AT="$1" LD_PRELOAD="$memory_shim"
	status=$?
	case $status in
	0) like=$memory/done ;;
	# libarchive ends a process that has no memory itself, with 1
	1 | 3 | 70) like=$memory/new ;;
	*)
		echo "exit status $status" >>"$memory/err"
		bad "memory: allocation $1 fails" "$memory/err"
		return
		;;
	esac
	if diff -r "$like" "$memory/run" >>"$memory/err" 2>&1; then
		ok "memory $1"
	else
		echo "exit status $status" >>"$memory/err"
		bad "memory: allocation $1 fails" "$memory/err"
	fi
}

theme_memory() {
	memory=$scratch/memory
	memory_shim=$top/$O/regress/shim/alloc.so
	mkdir -p "$memory/new"
	# owner keys are there already: they are made by chance
	cp -R samples/shop "$memory/new/shop"
	if ! memory_run || ! cp "$memory"/run/*.pem "$memory/new" ||
		! memory_run FAIL_COUNT="$memory/count" LD_PRELOAD="$memory_shim"
	then
		bad "memory: without failure" "$memory/err"
		return
	fi
	cp -R "$memory/run" "$memory/done"
	at=1
	while [ "$at" -le "$(cat "$memory/count")" ]; do
		memory_one "$at"
		at=$((at + memory_step))
	done
}

# SPDX-License-Identifier: Apache-2.0
# Encrypted volumes need a kernel with device-mapper and its rights: User Mode
# Linux, a kernel that is a program, has both everywhere.

# shellcheck disable=SC2154,SC2016 # of the driver; expanded by the script
theme_volume() {
	for tool in linux.uml modprobe cryptsetup dmsetup mkfs.ext4; do
		command -v "$tool" >/dev/null ||
			[ -x "/usr/sbin/$tool" ] || {
			skip volume "$tool is not installed"
			return
		}
	done
	vol=$scratch/volume
	mkdir -p "$vol"
	printf 'dir=%s O=%s top=%s\n. "$top/regress/uml/volume"\n' "$vol" \
		"$(CDPATH='' cd -- "$O" && pwd)" "$top" >"$vol/script"
	truncate -s 64M "$vol/a.img"
	truncate -s 8M "$vol/b.img"
	timeout 200 linux.uml mem=256M rootfstype=hostfs rootflags=/ ro \
		init="$top/regress/uml/init" DIR="$vol" quiet con=null \
		con0=null,fd:1 ubd0="$vol/a.img" ubd1="$vol/b.img" \
		</dev/null >"$vol/uml" 2>&1
	if [ -s "$vol/out" ]; then add "$vol/out" volume
	else bad "volume (boot)" "$vol/uml"
	fi
}

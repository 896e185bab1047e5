# SPDX-License-Identifier: Apache-2.0
# Images made by umoci and converted by skopeo: facts must be what umoci
# unpacks, in every form that skopeo writes.  And the layout of the samples
# is what its script makes.

# shellcheck disable=SC2154 # scratch is the driver's

image_tag=r.example/images/case

# image_layer FILE: the words on standard input make a tar archive, one line
# a member: f NAME TEXT, l NAME TARGET (symbolic), h NAME TARGET, d NAME
image_layer() {
	tree=$scratch/images/tree
	rm -rf "$tree"
	mkdir -p "$tree"
	: >"$tree.names"
	while read -r kind name text; do
		mkdir -p "$tree/$(dirname "$name")"
		case $kind in
		f) printf '%s:x:1:1::/:\n' "$text" >"$tree/$name" ;;
		l) ln -s "$text" "$tree/$name" ;;
		h) ln "$tree/$text" "$tree/$name" ;;
		d) mkdir -p "$tree/$name" ;;
		esac
		echo "$name" >>"$tree.names"
	done
	tar -C "$tree" --no-recursion --owner=0 --group=0 --mtime=@0 \
		-cf "$1" -T "$tree.names"
}

# image_text FILE: a file of the unpacked image as a JSON string
image_text() {
	printf '"'
	[ ! -f "$1" ] || awk '{ printf "%s\\n", $0 }' "$1"
	printf '"'
}

# image_case NAME: reads layers from standard input, "--" between them
image_case() {
	dir=$scratch/images/$1
	rm -rf "$dir"
	mkdir -p "$dir/oci/cases/$1"
	layout=$dir/oci/layout
	umoci init --layout "$layout"
	umoci new --image "$layout:$1"
	umoci config --image "$layout:$1" --config.user app \
		--config.env A=b --config.entrypoint /e --config.workingdir /w
	ids=
	: >"$dir/lines"
	while read -r line; do
		if [ "$line" = -- ]; then
			image_add "$1" <"$dir/lines"
			: >"$dir/lines"
		else
			echo "$line" >>"$dir/lines"
		fi
	done
	image_add "$1" <"$dir/lines"
	umoci raw unpack --rootless --image "$layout:$1" "$dir/root"
	etc=$dir/root/etc
	cat >"$dir/oci/cases/$1/images.json" <<-EOF
		{"images": {"$image_tag:$1": {"config": {"User": "app",
		"Env": ["A=b"], "Entrypoint": ["/e"], "WorkingDir": "/w"},
		"passwd": $(image_text "$etc/passwd"),
		"group": $(image_text "$etc/group"), "layers": [$ids]}}}
	EOF
	for form in zstd plain archive docker; do
		mkdir -p "$dir/$form"
		cp -R "$dir/oci/cases" "$dir/$form/"
	done
	from=oci:$layout:$1
	skopeo copy -q --dest-compress-format zstd --dest-compress \
		"$from" "oci:$dir/zstd/layout:$1"
	skopeo copy -q --dest-decompress "$from" "dir:$dir/plain.dir"
	skopeo copy -q "dir:$dir/plain.dir" \
		"oci:$dir/plain/layout:$image_tag:$1"
	skopeo copy -q "$from" \
		"oci-archive:$dir/archive/archive.tar:$image_tag:$1"
	skopeo copy -q "$from" \
		"docker-archive:$dir/docker/archive.tar:$image_tag:$1"
}

image_add() {
	image_layer "$scratch/images/layer.tar"
	id=$(sha256sum <"$scratch/images/layer.tar")
	ids=${ids:+$ids, }"{\"diff_id\": \"sha256:${id%% *}\"}"
	umoci raw add-layer --image "$layout:$1" "$scratch/images/layer.tar"
}

image_check() {
	for form in oci zstd plain archive docker; do
		"$O/conform" images "$scratch/images/$1/$form" \
			>"$scratch/out" 2>&1
		if grep -q '^1 passed, 0 failed, 0 skipped' "$scratch/out"
		then ok "images $1 $form"
		else bad "images $1 $form" "$scratch/out"
		fi
	done
}

image_run() {
	(
		set -e
		image_case "$1"
	) >"$scratch/images.log" 2>&1
	# not in a condition, where set -e would have no effect
	made=$?
	if [ "$made" -eq 0 ]
	then image_check "$1"
	else bad "images $1 (cannot be made)" "$scratch/images.log"
	fi
}

theme_images() {
	samples/make-images "$scratch/layout" 2>"$scratch/out"
	if diff -r samples/images "$scratch/layout" >"$scratch/out" 2>&1
	then ok "images of the samples"
	else bad "images of the samples" "$scratch/out"
	fi
	for tool in umoci skopeo; do
		command -v $tool >/dev/null || {
			skip "images" "$tool is not installed"
			return
		}
	done
	mkdir -p "$scratch/images"
	image_run plain <<-EOF
		f etc/passwd a
		f etc/group g
	EOF
	image_run upper <<-EOF
		f etc/passwd a
		f etc/group g
		--
		f etc/passwd b
		--
		f usr/x c
	EOF
	image_run whiteout <<-EOF
		f etc/passwd a
		f etc/group g
		--
		f etc/.wh.passwd -
	EOF
	image_run opaque <<-EOF
		f etc/passwd a
		f etc/group g
		--
		d etc
		f etc/.wh..wh..opq -
		f etc/group h
	EOF
	image_run gone <<-EOF
		f etc/passwd a
		--
		f .wh.etc -
		--
		f etc/group g
	EOF
	image_run links <<-EOF
		f usr/real a
		l etc/passwd ../usr/real
		f etc/first g
		h etc/group etc/first
		--
		f usr/real b
	EOF
	image_run directory <<-EOF
		f system/etc/passwd a
		f system/etc/group g
		l etc system/etc
		--
		f system/etc/passwd b
	EOF
	image_run through <<-EOF
		f system/etc/passwd a
		f system/etc/group g
		l etc system/etc
		--
		f etc/passwd b
	EOF
}

# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by the build scripts: messages, the cache of expensive results, and
# the words used when something is missing. Source it; it runs nothing.
# shellcheck shell=bash

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export TREE

# Where expensive results live, outside of the tree. Inside the build root the
# same directory is always mounted at /cache.
CACHE=${TESSERA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tessera}
export CACHE
BUILD=$TREE/build
export BUILD

# say TEXT: one line of progress, with the minutes and seconds since the start.
say() {
	printf '\033[1m%3d:%02d\033[0m %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*" >&2
}

# die TEXT: what is wrong and what to do about it; ends the script.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# need PROGRAM: stop with the command that installs a missing program.
need() {
	command -v "$1" >/dev/null 2>&1 ||
		die "'$1' is missing: run 'make deps' first"
}

# need_root: build roots, images and network namespaces need root.
need_root() {
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || die "run this as root (or install sudo)"
	exec sudo --preserve-env=XDG_CACHE_HOME,TESSERA_CACHE,TESSERA_MIRROR,KEY,HOME \
		"$0" "$@"
}

# hash_of PATH|=STRING…: a short hash of the contents and names of files, of
# every file below directories, and of strings that start with '='. It is the
# key under which a result is cached.
hash_of() {
	local arg file
	for arg in "$@"; do
		case $arg in
		=*) printf 'string %s\n' "$arg" ;;
		*)
			find "$arg" -type f -print | LC_ALL=C sort | while read -r file; do
				printf '%s %s %s\n' "${file#"$TREE"/}" \
					"$(stat -c %a "$file" | cut -c1)" \
					"$(sha256sum <"$file")"
			done
			;;
		esac
	done | sha256sum | cut -c1-16
}

# prune_cache PREFIX KEEP: forget all but the KEEP most recently used entries.
# Another build may be doing the same: what goes away meanwhile is no failure.
prune_cache() {
	local old
	find "$CACHE" -maxdepth 1 -name "$1-*" -printf '%T@ %p\n' | sort -rn |
		tail -n "+$(($2 + 1))" | cut -d' ' -f2- |
		while read -r old; do rm -rf --one-file-system "$old"; done || :
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_completion.sh TESS COMPLETION: what a shell offers is what the command has.
set -euo pipefail

command=$1
failed=0
# shellcheck source=autoconf-agent/completion/tess.bash
. "$2"

# The agent's nodes, as a fake; all else is the real command's.
tess() {
	if [ "$*" = 'nodes --json' ]; then
		# shellcheck disable=SC2016 # nobody shall expand that
		printf '{"nodes":[{"name":"tess-1"},{"name":"lab-2"},{"name":"$(echo evil)"}]}'
	else
		"$command" "$@"
	fi
}

# offers FUNCTION WORD…: sorted lines, as after Tab behind the last word.
offers() {
	local function=$1
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	"$function"
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

# expect WHAT EXPECTED SEEN
expect() {
	[ "$2" = "$3" ] && return
	printf '%s:\n--- expected\n%s\n--- offered\n%s\n' "$1" "$2" "$3"
	failed=1
}

commands=$(tess --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(wc -l <<<"$commands")" -gt 10 ]

expect 'commands' "$(sort <<<"$commands")" "$(offers _tess tess '' | grep -v '^-')"
expect 'commands of help' "$(sort <<<"$commands")" "$(offers _tess tess help '')"
expect 'a beginning' $'screen\nstatus\nstay' "$(offers _tess tess s)"

# Of every command: each option that its help names, and no other.
for name in $commands; do
	[ "$name" != help ] || continue
	words=(tess "$name")
	[ "$name" != key ] || words+=(new)
	options=$({ tess help "$name" && echo --help; } | grep -o -E -e '(^|[^[:alnum:]-])--[a-z-]+' |
		grep -o -e '--.*' | sort -u)
	expect "options of tess $name" "$options" "$(offers _tess "${words[@]}" --)"
done

expect 'nodes' $'lab-2\ntess-1' "$(offers _tess tess run -n '')"
expect 'where to' $'best\nhome\nlab-2\ntess-1' "$(offers _tess tess migrate 1 '' | grep -v '^-')"
expect 'levels' $'v1\nv2\nv3\nv4' "$(offers _tess tess run --cpu-level '')"
expect 'the commands that can be run' bash "$(offers _tess tess run -n tess-1 bash | grep -x bash)"
expect 'own processes' $$ "$(offers _tess tess why '' | grep -x $$)"
expect 'where to, as openMosix had it' $'balance\nhome\nlab-2\ntess-1' \
	"$(offers _tess_old migrate 1 '')"
exit $failed

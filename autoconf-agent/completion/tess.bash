# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of tess(1).
# shellcheck shell=bash

_tess() {
	local cur=${COMP_WORDS[COMP_CWORD]} command='' word i words=''
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-*) ;;
		*) command+=${command:+ }$word ;;
		esac
	done
	case $command in
	'') words='status nodes key screen help --json --help --version' ;;
	status) words='--json --help' ;;
	nodes) words='--long --json --help' ;;
	key) words='show new --json --help' ;;
	'key show') words='--json --help' ;;
	'key new')
		words='--force --json --help'
		if [[ $cur != -* ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		;;
	help) words='status nodes key screen help' ;;
	screen) words='--help' ;;
	esac
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _tess tess

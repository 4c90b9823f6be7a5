# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of tess(1).
# shellcheck shell=bash

# Names of the other nodes, from an agent that runs. They are chosen there, and
# compgen -W executes what a shell would: only what is plainly a name is one.
_tess_nodes() {
	tess nodes --json 2>/dev/null | grep -o '"name":"[^"]*"' | cut -d'"' -f4 |
		grep -x '[A-Za-z0-9._-]*'
}

# Processes of one's own, or those that are away.
_tess_pids() {
	(cd /proc && case $1 in
	away) grep -lsv '^0' [0-9]*/where | cut -d/ -f1 ;;
	own) find . -maxdepth 1 -name '[0-9]*' -user "$UID" -printf '%f\n' ;;
	esac) 2>/dev/null
}

_tess() {
	local cur=${COMP_WORDS[COMP_CWORD]} command='' word i words=''
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $command:$word in
		run:-n | run:--node | run:--on | run:--not-on | run:--cpu-level | top:-d | top:--delay)
			((i++)) # the next one is its value
			;;
		esac
		[[ $word == -* ]] || command+=${command:+ }$word
	done
	case $command in
	'')
		words='status nodes ps top why migrate run bring expel block unblock stay free
			key screen help --json --help --version'
		;;
	status) words='--json --help' ;;
	nodes) words='--long --json --help' ;;
	ps | expel | block | unblock) words='--json --help' ;;
	why | migrate | stay | free) words="$(_tess_pids own) --json --help" ;;
	top) words='--delay --nodes --watch --help' ;;
	run)
		case ${COMP_WORDS[COMP_CWORD - 1]} in
		-n | --node | --on | --not-on) words=$(_tess_nodes) ;;
		--cpu-level) words='v1 v2 v3 v4' ;;
		*)
			words='-n --node --home --stay --on --not-on --cpu-level --cpu-job
				--io-job --help'
			[[ $cur == -* ]] ||
				mapfile -t COMPREPLY < <(compgen -c -- "$cur")
			;;
		esac
		;;
	run\ *) compopt -o default 2>/dev/null ;;
	migrate\ *\ *) ;;
	migrate\ *) words="home best $(_tess_nodes) --json --help" ;;
	bring) words="$(_tess_pids away) --all --json --help" ;;
	key) words='show new --json --help' ;;
	'key show') words='--json --help' ;;
	'key new')
		words='--force --json --help'
		if [[ $cur != -* ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		;;
	help)
		words='status nodes ps top why migrate run bring expel block unblock stay free
			key screen help'
		;;
	screen) words='--help' ;;
	esac
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$cur")
}

# openMosix's names for it.
_tess_old() {
	local cur=${COMP_WORDS[COMP_CWORD]} words=''
	COMPREPLY=()
	case ${COMP_WORDS[0]##*/}:$COMP_CWORD in
	migrate:1) words=$(_tess_pids own) ;;
	migrate:2) words="home balance $(_tess_nodes)" ;;
	mosctl:1)
		words='block noblock expel bring stay nostay lstay nolstay quiet noquiet getload
			getspeed getmem getfree getutil status isup whois setspeed getdecay setdecay'
		;;
	mosctl:2 | runon:1) words=$(_tess_nodes) ;;
	mosmon:* | mtop:* | setpe:*) ;;
	mps:*) words='--ominfo --ominfol' ;;
	*) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
	esac
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _tess tess
complete -F _tess_old migrate mosrun mosctl mps mtop mosmon setpe runon runhome nomig cpujob iojob

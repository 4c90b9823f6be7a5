# SPDX-License-Identifier: GPL-2.0-or-later
# Processes to which things happen, on the machine that is their home. Sourced by
# the commands of test_phases.py; each process has its files in /tmp/victims.
# shellcheck shell=sh

cd /tmp/victims 2>/dev/null || { mkdir -m 1777 /tmp/victims && cd /tmp/victims; } || exit 1
knobs=/sys/module/tessera/parameters

# start NAME [MIB [CGROUP]]: until it runs
start() {
	mkfifo -m 666 "$1.in"
	{
		(
			[ -z "$3" ] || echo 0 >"/sys/fs/cgroup/$3/cgroup.procs"
			exec su tessera -c "exec /opt/migrate/victim $1.in $2"
		) >"$1.out" 2>&1
		echo $? >"$1.status"
	} >/dev/null 2>&1 &
	until [ -s "$1.out" ]; do usleep 10000; done
}

pid_of() {
	head -n 1 "$1.out"
}

# go NAME NODE
go() {
	echo "$2" >"/proc/$(pid_of "$1")/goto"
}

# cause EVENT NAME NODE: what leads to the frame that is waited for
cause() {
	case $1 in
	move) node=$3 ;;
	bring) node=0 ;;
	# Opened for reading, too: if nobody reads any more, that is no matter.
	look) printf l 1<>"$2.in" ;;
	end) printf e 1<>"$2.in" ;;
	signal) kill -USR1 "$(pid_of "$2")" ;;
	esac
	case $1 in
	move | bring)
		{
			go "$2" "$node" 2>/dev/null
			echo $? >"$2.moved"
		} >/dev/null 2>&1 &
		;;
	esac
}

# away NAME NODE: it is there, and all of its memory
away() {
	go "$1" "$2" && emptied "$1"
}

emptied() {
	until awk '/RssAnon/ { exit $2 >= 1024 }' "/proc/$(pid_of "$1")/status"; do
		usleep 10000
	done
}

# arm TYPE HOLD: for the next frame of this type
arm() {
	echo "$1" >$knobs/cut_type
	echo "$2" >$knobs/cut_hold
	echo 1 >$knobs/cut_after
}

reached() {
	until [ "$(cat $knobs/cut_after)" = 0 ]; do usleep 10000; done
}

# tell NAME: status, node, how its move ended, how often it was whole, whether
# the kernel said why it ended; '-' for what is not
tell() {
	pid=$(pid_of "$1")
	told=-
	! dmesg | grep -q "tessera: process $pid (victim) ends: " || told=told
	echo "$1" "$(cat "$1.status" 2>/dev/null || echo -)" \
		"$(cat "/proc/$pid/where" 2>/dev/null || echo -)" \
		"$(cat "$1.moved" 2>/dev/null || echo -)" \
		"$(grep -c whole "$1.out")" $told
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a configure script does all the time: tiny files, and a program for each.
set -eu

work=$(mktemp -d)
cd "$work"
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	echo "int has_$i(void);" >try.c
	grep -q "has_$i" try.c
	found=$(sed 's/.*\(has_[0-9]*\).*/\1/' try.c)
	expr "$found" : 'has_.*' >/dev/null
	echo "$found=yes" >>cache
done
sort cache | uniq | awk 'END { exit NR != 60 }'
rm -r "$work"

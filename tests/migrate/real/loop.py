# SPDX-License-Identifier: GPL-2.0-or-later
"""loop.py LINES: a line after each piece of arithmetic; LINES 0 goes on for ever."""
import sys

lines = int(sys.argv[1])
i, h = 0, 1
while not lines or i < lines:
    for j in range(8000):
        h = (h * 31 + j) % 1000003
    i += 1
    print(i, h, flush=True)

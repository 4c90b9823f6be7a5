# SPDX-License-Identifier: GPL-2.0-or-later
# -v lines=LINES: a line after each piece of arithmetic; 0 goes on for ever.
BEGIN {
	h = 1
	while (!lines || i < lines) {
		for (j = 0; j < 30000; j++)
			h = (h * 31 + j) % 1000003
		print ++i, h
		fflush()
	}
}

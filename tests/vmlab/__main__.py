# SPDX-License-Identifier: GPL-2.0-or-later
"""python3 -m vmlab is tests/lab."""
import sys

from vmlab import cli

sys.exit(cli.main())

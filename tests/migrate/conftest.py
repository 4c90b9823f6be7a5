# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that are moved get their machines as the scenarios of clusters do."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scenarios of clusters have in common."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cluster import cluster_of, drone  # noqa: E402,F401 (for the scenarios)
from vmlab import images  # noqa: E402


@pytest.fixture(scope="session")
def key():
    return images.new_key()

# SPDX-License-Identifier: GPL-2.0-or-later
"""How a scenario gets its cluster, and what every cluster must not show in the
end: a complaint of a kernel, a leak."""
import contextlib
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cluster import Cluster  # noqa: E402
from vmlab import images  # noqa: E402
from vmlab.client import Lab, machine  # noqa: E402

DEBUG = float(os.environ.get("LAB_SLOW", "1")) > 1
LEAKS = """mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
[ -e /sys/kernel/debug/kmemleak ] || exit 0
echo scan >/sys/kernel/debug/kmemleak; echo scan >/sys/kernel/debug/kmemleak
cat /sys/kernel/debug/kmemleak"""


def drone(**options):
    """A drone as scenarios want it; the debug kernel needs room for its shadow."""
    options.setdefault("mem", 900 if DEBUG else 256)
    return machine(**options)


@contextlib.contextmanager
def cluster_of(name, machines, **options):
    """A lab for a module's scenarios. It fails in the end when a kernel has
    complained on its console."""
    with Lab.start(f"test-{name}", machines, **options) as lab:
        yield Cluster(lab)
        trouble = [line for node in lab.status()["nodes"] for line in node["trouble"]]
        assert not trouble, "a kernel has complained:\n" + "\n".join(trouble)
        if DEBUG:
            for node in lab.nodes:
                if node.status()["state"] == "on":
                    leaks = node.succeed(LEAKS, timeout=300)
                    assert not leaks.strip(), f"{node} leaks kernel memory:\n{leaks}"


@pytest.fixture(scope="session")
def key():
    return images.new_key()

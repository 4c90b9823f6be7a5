# SPDX-License-Identifier: GPL-2.0-or-later
"""Many moves: processes that compute checksums go and come home under signals.
SOAK_MOVES says how many; 10,000 take about half an hour in an emulator."""
import os

import pytest
from cluster import DEBUG, cluster_of, drone, name_of, patience
from leaks import Leaks
from tools import BUILT, build, lay
from vmlab import images

pytestmark = pytest.mark.drones

MEMBERS = [1, 2]
MOVES = int(os.environ.get("SOAK_MOVES", "400"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    build()
    root = tmp_path_factory.mktemp("soak")
    lay(root, BUILT / "soak")
    machine = drone(key=images.new_key(), mem=1200 if DEBUG else 500, extra=str(root))
    with cluster_of("soak", [machine] * 2) as cluster:
        cluster.node = cluster.settle(MEMBERS, within=120)[name_of(2)]
        yield cluster


def soak(pair, moves):
    return pair[1].execute(f"/opt/migrate/soak {pair.node} {moves}", timeout=patience(60 + moves))


def test_no_byte_is_wrong_and_nothing_stays(pair):
    assert soak(pair, 40)[0] == 0  # what comes once is there
    leaks = Leaks(pair, MEMBERS)
    status, output = soak(pair, MOVES)
    print(output)
    assert status == 0, output
    pair[2].wait("[ ! -s /proc/hpc/guests ]", timeout=patience(10))
    leaks.none()
    for node in pair.lab.status()["nodes"]:
        assert not node["trouble"], node["trouble"]

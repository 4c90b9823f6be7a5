# SPDX-License-Identifier: GPL-2.0-or-later
"""No DHCP server anywhere. Machines 1 and 2 are on two segments, 3 on one."""
import pytest
from cluster import eventually, name_of, patience, throughout
from conftest import cluster_of, drone

pytestmark = pytest.mark.drones

ALL = [1, 2, 3]


@pytest.fixture(scope="module")
def island(key):
    machines = [drone(key=key, nics=2), drone(key=key, nics=2), drone(key=key)]
    with cluster_of("segments", machines, dhcp=False) as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def whole(island):
    yield
    island.repair()


def test_without_dhcp_drones_find_each_other_by_link_local_addresses(island):
    island.settle(ALL, within=120)
    for number in ALL:
        for interface in island.status(number)["interfaces"]:
            assert all(a.startswith(("fe80:", "169.254.")) for a in interface["addresses"])


def test_a_node_with_two_nics_is_one_member(island):
    island.settle(ALL)
    assert len(island.status(1)["interfaces"]) == 2
    assert len([name for name in island.view(3) if name == name_of(1)]) == 1


@pytest.mark.parametrize("nic", [0, 1])
def test_two_nodes_on_two_segments_survive_the_loss_of_either(island, nic):
    ids = island.settle(ALL)
    island[1].cut(nic)

    def seen():
        return island.seen(name_of(1), [2])[2]

    throughout(lambda: seen() in ("up", "suspect", "unknown"), 15, 1)
    eventually(lambda: seen() == "up", patience(20))
    island[1].heal(nic)
    assert island.settle(ALL, within=60) == ids

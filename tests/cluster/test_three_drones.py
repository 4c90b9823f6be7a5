# SPDX-License-Identifier: GPL-2.0-or-later
"""Three drones, later four, on one segment with a DHCP server: they find each
other, and stay together through what happens to machines."""
import time

import pytest
from cluster import (
    MEMBER_WITHIN, NOTICED_WITHIN, NumberWatch, eventually, hold, name_of, note, patience,
    throughout,
)
from conftest import cluster_of, drone

pytestmark = pytest.mark.drones

OLD = [1, 2, 3]
ALL = [1, 2, 3, 4]


@pytest.fixture(scope="module")
def three(key):
    with cluster_of("three", [drone(key=key)] * 3) as cluster:
        with NumberWatch(cluster) as cluster.watch:
            yield cluster


@pytest.fixture(scope="module")
def four(three, key):
    """A fourth one comes when the others are members."""
    three.settle(OLD, within=120)
    three.lab.add(drone(key=key))
    return three


@pytest.fixture(autouse=True)
def whole(three):
    """A scenario that fails must not take the next ones along."""
    yield
    three.repair()


def nobody_is_lost(cluster, numbers):
    """No machine says of another that it is down or has left."""
    for number, view in cluster.views(numbers).items():
        for name, entry in (view or {}).items():
            assert entry["status"] in ("up", "suspect", "joining"), cluster.told({number: view})
    return True


def test_three_drones_see_each_other_under_the_same_numbers(three):
    """Who starts at the same time may leave a hole; the numbers stay small."""
    numbers = three.settle(OLD, within=120).values()
    assert len(set(numbers)) == len(OLD)
    assert max(numbers) < 2 * len(OLD)


def test_the_kernel_lists_the_same_nodes_as_the_agent(three):
    ids = three.settle(OLD)
    for number in OLD:
        three[number].wait(f"[ $(ls /proc/hpc/nodes | wc -l) = {len(ids)} ]", patience(10))
        three[number].wait("! grep -v '^[0-3]$' /proc/hpc/nodes/*/age", patience(10))
        out = three[number].succeed("cd /proc/hpc/nodes; grep . */cpus */status")
        assert {int(line.split("/")[0]) for line in out.split()} == set(ids.values())


def test_a_late_drone_is_a_member_soon_after_its_address(four, record_property):
    ids = four.settle(ALL, within=90)
    others = set(ids.values()) - {ids[name_of(4)]}
    assert ids[name_of(4)] == min(set(ALL) - others), "the smallest that was free"
    timing = four.status(4)["timing"]
    print("\nseconds since the kernel's start:", timing)
    took = timing["member"] - timing["first_address"]
    note(record_property, "from address to member", took)
    assert took <= patience(MEMBER_WITHIN)


def test_a_cut_of_a_few_seconds_loses_no_member(four):
    ids = four.settle(ALL)
    four[2].cut()
    hold(4)  # it takes effect, and ends, a moment later
    four[2].heal()
    throughout(lambda: nobody_is_lost(four, ALL), 8, interval=1)
    assert four.settle(ALL, within=15) == ids


def test_all_others_notice_a_power_loss(four, record_property):
    four.settle(ALL)
    address = four.status(4)["address"]
    four[4].kill()
    within = patience(NOTICED_WITHIN)
    took = four.wait_seen(name_of(4), OLD, ("down", "left", "gone"), within)
    note(record_property, "power loss noticed by all after", took)
    four[4].start()
    four.settle(ALL, within=120)
    assert four.status(4)["address"] != address, "a rebooted drone has a new key pair"


def test_members_stay_when_avahi_restarts(four):
    ids = four.settle(ALL)
    before = four[1].succeed("pidof avahi-daemon")
    four[1].succeed("killall -9 avahi-daemon")
    four[1].wait(f"pidof avahi-daemon && [ $(pidof avahi-daemon) != {before.strip()} ]")
    eventually(lambda: four.status(1)["mdns"] == "announced", patience(20))
    assert four.settle(ALL, within=15) == ids


def test_members_stay_when_the_link_flaps(four):
    ids = four.settle(ALL)
    for _ in range(3):
        four[3].link(False)
        four[3].wait("[ $(cat /sys/class/net/eth0/carrier) = 0 ]")
        four[3].link(True)
        four[3].wait("[ $(cat /sys/class/net/eth0/carrier) = 1 ]")
    throughout(lambda: nobody_is_lost(four, ALL), 8, interval=1)
    assert four.settle(ALL, within=15) == ids


def test_a_restarted_agent_keeps_its_number_and_address(four):
    ids = four.settle(ALL)
    address = four.status(2)["address"]
    before = four.agent(2)
    four[2].succeed("kill -9 $(pidof tesserad)")
    four[2].wait(f"pidof tesserad && [ $(pidof tesserad) != {before} ]", patience(20))
    assert four.settle(ALL, within=30) == ids
    assert four.status(2)["address"] == address


def test_a_cut_of_sixty_seconds_marks_and_restores_the_member(four, record_property):
    four.settle(ALL)
    rest = [1, 2, 4]
    four[3].cut()
    took = four.wait_seen(name_of(3), rest, ("down",), within=patience(NOTICED_WITHIN))
    note(record_property, "cut marked by all after", took)
    marked = {"down", "unknown"}
    throughout(lambda: set(four.seen(name_of(3), rest).values()) <= marked, 60 - took, 2)
    four[3].heal()
    begun = time.monotonic()
    four.settle(ALL, within=40)
    note(record_property, "restored after", time.monotonic() - begun)


def test_the_power_button_leaves_the_cluster_at_once_and_powers_off(four, record_property):
    four.settle(ALL)
    four[4].button()
    took = four.wait_seen(name_of(4), OLD, ("left", "gone"), within=patience(20))
    note(record_property, "leave known to all after", took)
    assert four[4].wait_off(patience(50)) == "powered off by its system"
    four.settle(OLD)


def test_no_number_was_ever_used_twice_at_once(three):
    print(f"\n{three.watch.samples} lists have been looked at")
    three.watch.verdict()

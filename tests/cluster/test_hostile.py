# SPDX-License-Identifier: GPL-2.0-or-later
"""A segment with people who do not have the key, and members gone mad.
Machines 1 and 2 are members, 3 has another key, 4 has none."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cluster import NOTICED_WITHIN, eventually, name_of, patience, throughout
from conftest import cluster_of, drone
from vmlab import images

pytestmark = pytest.mark.drones

HERE = Path(__file__).parent
MEMBERS = [1, 2]
STRANGERS = [3, 4]
COUNT = 10_000
SLACK = 512 * 1024  # of memory, for what a node may learn
FLOODS = 5  # until it knows all names there are
CROWD = 8 << 20  # what the agent may take while it listens to hundreds of names


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Test programs for the machines, in an additional initramfs archive."""
    root = tmp_path_factory.mktemp("programs")
    (root / "opt").mkdir()
    for source in ("spray.c", "knock.c"):
        target = root / "opt" / Path(source).stem
        command = ["gcc", "-O1", "-static", "-Wall", "-Werror", "-o", target, HERE / source]
        subprocess.run(command, check=True)
    return str(root)


@pytest.fixture(scope="module")
def segment(key, programs):
    member = drone(key=key, extra=programs)
    other = drone(key=images.new_key(), extra=programs)
    keyless = drone(key=None, extra=programs)
    with cluster_of("hostile", [member, member, other, keyless]) as cluster:
        cluster.settle(MEMBERS, within=120)
        for number in STRANGERS:
            cluster[number].wait("tess status; [ $? != 3 ]", patience(90))
        yield cluster


@pytest.fixture(autouse=True)
def whole(segment):
    yield
    segment.repair()


def attack(cluster, *words, timeout=240):
    """Run attack.py beside the machines."""
    command = [sys.executable, HERE / "attack.py", *words]
    return cluster.lab.run(command, timeout=timeout)


def handshakes(cluster, number):
    """{public key: time of the last handshake} of a machine's mesh."""
    out = cluster[number].succeed("wg show tess0 latest-handshakes 2>/dev/null || true")
    return {line.split()[0]: int(line.split()[1]) for line in out.splitlines()}


def counters(cluster, number):
    return cluster.status(number)["counters"]


def only_members(cluster):
    """Each member lists the members and nobody else."""
    for number, view in cluster.views(MEMBERS).items():
        assert view is not None and set(view) == {name_of(n) for n in MEMBERS}, view
        assert all(entry["status"] in ("up", "suspect") for entry in view.values()), view
    return True


def test_strangers_are_shown_but_never_listed(segment):
    for number in MEMBERS:
        eventually(
            lambda n=number: {s["name"] for s in segment.status(n)["strangers"]}
            >= {name_of(stranger) for stranger in STRANGERS},
            patience(40),
        )
    throughout(lambda: only_members(segment), 5, 1)
    # It listens for a while before it founds a cluster of its own.
    eventually(lambda: segment.status(3)["state"] == "alone", patience(40))
    assert set(segment.view(3)) == {name_of(3)}
    assert segment.status(4)["state"] == "no-key"


def test_strangers_complete_no_handshake(segment):
    for number in MEMBERS:
        assert len(handshakes(segment, number)) == len(MEMBERS) - 1
        assert all(handshakes(segment, number).values())
    assert not any(handshakes(segment, 3).values())
    assert not any(handshakes(segment, 4).values())


def test_members_name_a_stranger_once_in_their_logs(segment):
    for number in MEMBERS:
        for stranger in STRANGERS:
            pattern = f'stranger "{name_of(stranger)}"'
            assert segment[number].succeed(f"dmesg | grep -c '{pattern}'").strip() == "1"


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_reach_no_port_of_a_member_on_tess0(segment, stranger):
    victim = segment.status(1)["address"]
    spoofed = segment.status(2)["address"]
    segment[1].succeed(f"rm -f /tmp/heard; /opt/knock listen {victim} 9999 >/tmp/heard 2>&1 &")
    segment[1].wait("grep listening /tmp/heard || { cat /tmp/heard; false; }")
    before = counters(segment, 1)
    # Straight to the member's Ethernet address, as itself and as member 2.
    ways = f"ip -6 route replace {victim}/128 via fe80::5054:ff:fe00:1 dev eth0"
    knocks = f"""for how in tcp udp; do /opt/knock $how {victim} 9999 stranger; done
        /opt/knock udp {victim} 7870 stranger; true"""
    segment[stranger].succeed(f"{ways}; {knocks}")
    segment[stranger].succeed(f"ip -6 addr add {spoofed}/128 dev eth0; {knocks}")
    segment[stranger].succeed(f"ip -6 addr del {spoofed}/128 dev eth0")
    # The listener works: a member is heard.
    segment[2].wait(f"/opt/knock tcp {victim} 9999 member")
    segment[2].succeed(f"/opt/knock udp {victim} 9999 member")
    segment[1].wait("grep -q 'tcp member' /tmp/heard && grep -q 'udp member' /tmp/heard")
    heard = segment[1].succeed("cat /tmp/heard; killall knock")
    assert "stranger" not in heard
    after = counters(segment, 1)
    for name in ("gossip_malformed", "gossip_stranger"):
        assert after[name] == before[name]


def test_users_of_a_member_do_not_speak_to_its_own_agent(segment):
    """By lo, where any source will do, as little as by tess0."""
    own, other = (segment.status(number)["address"] for number in MEMBERS)
    before = counters(segment, 1)["gossip_malformed"]
    for source in (own, other):
        for knock in (f"udp {own} 7870", f"tcp {own} 7871"):
            command = f"/opt/knock {knock} garbage {source}"
            status, output = segment[1].execute(f"su tessera -s /bin/sh -c '{command}'")
            assert status == 1, f"{command}: {status} {output}"
    assert counters(segment, 1)["gossip_malformed"] == before
    # Nothing else stood in the way: root's garbage arrives.
    segment[1].succeed(f"/opt/knock udp {own} 7870 garbage {other}")
    eventually(lambda: counters(segment, 1)["gossip_malformed"] > before, patience(10))


def test_recorded_traffic_of_a_member_revives_nobody(segment, tmp_path):
    record = tmp_path / "member.pcap"
    filters = ["ether", "src", "52:54:00:00:00:02"]
    command = ["tcpdump", "-i", "br0", "-U", "-w", str(record), *filters]
    sniffer = segment.lab.spawn(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        # A new agent announces itself and shakes hands: all there is to record.
        segment[2].succeed("kill -9 $(pidof tesserad)")
        eventually(lambda: record.exists() and record.stat().st_size > 5000, patience(60))
        segment.settle(MEMBERS, within=60)
        throughout(lambda: True, 5)
    finally:
        os.killpg(sniffer.pid, signal.SIGTERM)  # nsenter, which waits for its child, too
        sniffer.wait()
    public = segment[2].succeed("wg show tess0 public-key").strip()
    segment[2].kill()
    segment.wait_seen(name_of(2), [1], ("down", "gone"), within=patience(NOTICED_WITHIN))
    last = handshakes(segment, 1).get(public)

    def dead():
        return segment.seen(name_of(2), [1])[1] in ("down", "gone", "unknown")

    for source in ([], ["52:54:00:00:00:03"], []):
        attack(segment, "replay", "br0", record, *source)
        throughout(dead, 4)
    assert handshakes(segment, 1).get(public) == last
    segment[2].start()
    segment.settle(MEMBERS, within=120)


def test_garbage_by_mdns_is_counted_and_harms_nobody(segment):
    segment.settle(MEMBERS)
    agents = {number: segment.agent(number) for number in MEMBERS}
    before = counters(segment, 1)
    attack(segment, "mdns", str(COUNT), segment.status(1)["cluster"])

    def counted():
        after = counters(segment, 1)
        grown = {name: after[name] - before[name] for name in after if name.startswith("mdns")}
        assert grown["mdns_malformed"] > 0 and grown["mdns_oversized"] > 0, grown
        return grown

    print("\ncounted:", eventually(counted, patience(60), interval=2))
    eventually(lambda: only_members(segment), patience(30))
    # What it takes to listen to so many names is no leak; more and more would be.
    for _ in range(FLOODS):
        memory = {number: segment.rss(number) for number in MEMBERS}
        attack(segment, "mdns", str(COUNT // 4), segment.status(1)["cluster"])
        eventually(lambda: only_members(segment), patience(30))
        grown = {number: segment.rss(number) - memory[number] for number in MEMBERS}
        if max(grown.values()) <= SLACK:
            break
    assert max(grown.values()) <= SLACK
    for number in MEMBERS:
        assert segment.agent(number) == agents[number], "the agent has crashed"
        assert segment.rss(number) <= CROWD


def test_garbage_by_gossip_from_a_member_is_counted_and_harms_nobody(segment):
    segment.settle(MEMBERS)
    agent, before = segment.agent(1), counters(segment, 1)
    victim = segment.status(1)["address"]
    print("\n" + segment[2].succeed(f"/opt/spray {victim} 7870 {COUNT}", patience(120)))
    memory = segment.rss(1)
    after = counters(segment, 1)
    grown = {name: after[name] - before[name] for name in after if name.startswith("gossip")}
    print("counted:", grown)
    assert grown["gossip_malformed"] > COUNT / 4 and grown["gossip_oversized"] > 0
    assert segment.agent(1) == agent, "the agent has crashed"
    # A member is believed, and what it made up is kept for a while; but not more and more.
    segment[2].succeed(f"/opt/spray {victim} 7870 {COUNT // 4}", patience(60))
    assert segment.rss(1) <= memory + SLACK
    assert segment.rss(1) <= CROWD
    segment.settle(MEMBERS)


def test_garbage_at_the_mesh_port_harms_nobody(segment):
    segment.settle(MEMBERS)
    agent, memory = segment.agent(1), segment.rss(1)
    attack(segment, "udp", "10.77.0.11", "51870", str(COUNT))
    assert segment.agent(1) == agent, "the agent has crashed"
    assert segment.rss(1) <= memory + SLACK
    segment.settle(MEMBERS)


def test_members_have_logged_little_about_all_that(segment):
    lines = segment[1].succeed("dmesg | grep -c tesserad:").strip()
    print(f"\n{lines} lines of the agent on machine 1")
    assert int(lines) < 200

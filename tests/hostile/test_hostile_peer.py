# SPDX-License-Identifier: GPL-2.0-or-later
"""A member whose kernel is not ours: peer.c speaks its links, as the home of
guests that it sends to the victim, and as the host of processes that the victim
sends to it. conftest.py looks at the victim after each scenario."""
import re

import pytest
from cluster import eventually, note, patience
from conftest import HONEST, HOSTILE, MIB, SECRET, SEED, SOAK, VICTIM, as_user

pytestmark = pytest.mark.drones

AUXV_MAX = 512  # bytes of it that there can be
HOME_ATTACKS = [
    "good-guest", "sleep-of-no-type", "sleep-on-no-clock", "times-that-overflow",
    "last-thread-is-bad", "answer-that-means-local", "call-by-the-old-gate",
    "pages-before-the-state", "pages-anywhere", "run-before-it-is-ready",
    "goodbye-too-early", "state-that-stops",
]  # fmt: skip
FLOODS = [
    "endless-chunks", "flood-of-state", "flood-of-small-frames",
    "small-frames-in-large-packets", "flood-of-signals", "flood-of-offers",
    "frame-in-tiny-packets",
]  # fmt: skip
HOST_ATTACKS = {  # and what becomes of the process
    "good-host": "ended 0x700",
    "good-return": "home",
    "exec-of-a-set-uid-program": "ended 0x9",
    "calls-that-are-not-home-s": "ended 0x9",
    "return-with-sleep-without-type": "ended 0x9",
    "return-with-sleep-without-clock": "ended 0x9",
    "return-with-overflowing-times": "ended 0x9",
    "return-with-endless-auxv": "home",
    "return-with-kernel-addresses": "",
    "requests-too-early": "",
    "flood-of-state": "ended 0x9",
    "silence": "away, killed 0x9",
}


def attack(arena, name, timeout=120):
    status, output = arena.peer(f"home {arena.address(VICTIM)} {name}", timeout)
    assert status == 0 and f"{name}: nothing" in output, output
    return output


@pytest.mark.parametrize("name", HOME_ATTACKS)
def test_a_hostile_home_gets_nothing(arena, name):
    attack(arena, name)


class Lowest:
    """The least memory that the victim has had while something went on."""

    COMMAND = (
        "rm -f /tmp/least; while grep MemAvailable /proc/meminfo >>/tmp/least;"
        " do sleep 0.2; done & echo $! >/tmp/looking"
    )

    def __init__(self, node):
        self.node = node

    def __enter__(self):
        self.node.succeed(self.COMMAND)
        return self

    def __exit__(self, *_):
        self.node.succeed("kill $(cat /tmp/looking)")

    def available(self):
        lines = self.node.succeed("cat /tmp/least").splitlines()
        return min(int(line.split()[1]) for line in lines if line)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_takes_little_memory(arena, name):
    before = arena.health[VICTIM].now()["available"]
    with Lowest(arena[VICTIM]) as lowest:
        attack(arena, name, 240)
    taken = before - lowest.available()
    print(f"\n{name}: {taken / MIB:.1f} MiB taken")
    assert taken < 64 * MIB


def test_whoever_looks_at_guests_waits_for_no_home(arena):
    """Their memory is not there, and their home does not send it."""
    arena.serve(f"home {arena.address(VICTIM)} pages-never")
    arena[VICTIM].wait("grep -q mallory /proc/hpc/guests", timeout=patience(30))
    arena[VICTIM].succeed(
        "for p in $(cut -d' ' -f1 /proc/hpc/guests); do"
        " cat /proc/$p/cmdline /proc/$p/environ /proc/$p/maps /proc/$p/smaps; done;"
        " ps aux >/dev/null; true",
        timeout=patience(20),
    )
    assert "pages-never: nothing" in arena.served()


def test_the_auxiliary_vector_of_a_guest_ends(arena):
    arena.serve(f"home {arena.address(VICTIM)} auxv-without-end")
    arena[VICTIM].wait("grep -q mallory /proc/hpc/guests", timeout=patience(30))
    sizes = arena[VICTIM].succeed(
        "for p in $(cut -d' ' -f1 /proc/hpc/guests); do cat /proc/$p/auxv | wc -c; done"
    )
    assert 0 < max(int(size) for size in sizes.split()) <= AUXV_MAX
    assert "auxv-without-end: nothing" in arena.served()


@pytest.mark.parametrize("name", HOST_ATTACKS)
def test_a_hostile_host_gets_nothing(arena, name):
    arena.serve(f"host {name}")
    fates = arena.prey(1, threads=20 if "times" in name else 2)
    out = arena.served()
    print("\n" + "\n".join(fates))
    assert f"{name}: nothing" in out, out
    assert fates[-1].startswith(HOST_ATTACKS[name]), fates
    for size in re.findall(r"auxv (\d+)", fates[-1]):
        assert 0 < int(size) <= AUXV_MAX


def test_processes_on_a_silent_host_are_no_burden(arena):
    """Its own processes hang; everybody else's move."""
    arena.serve("host silence")
    arena[VICTIM].succeed(
        f"/opt/hostile/prey 1 {arena.number(HOSTILE)} 4 300000 >/tmp/prey 2>&1 &"
        " echo $! >/tmp/preyed"
    )
    away = "cat /proc/[0-9]*/where | grep -vx 0"
    arena[VICTIM].wait(away, timeout=patience(30))
    arena.still_moves()
    arena[VICTIM].succeed(f"{away}; kill $(cat /tmp/preyed)")
    assert "silence: nothing" in arena.served()


def test_users_of_a_member_do_not_speak_for_it(arena):
    """Neither links nor gossip: their node's name is not theirs."""
    victim = arena.address(VICTIM)
    status, output = arena[HOSTILE].execute(
        as_user(f"/opt/hostile/peer home {victim} good-guest"), timeout=patience(120)
    )
    assert status != 0 and "no link to the victim" in output, output


def fuzzed(record_property, output):
    frames = int(re.search(r"(\d+) frames", output).group(1))
    record_property("frames", frames)
    print("\n" + output.splitlines()[-1])
    return frames


def test_a_home_may_say_anything(arena, record_property):
    guests = 150 * SOAK
    status, output = arena.peer(
        f"fuzz-home {arena.address(VICTIM)} {SEED} {guests}", timeout=360 * SOAK
    )
    assert status == 0, output
    assert fuzzed(record_property, output) > 8 * guests


def test_a_host_may_say_anything(arena, record_property):
    processes = 40 * SOAK
    protected = (
        "cat /root-only; stat -c '%a %u %Y' /root-only /etc /tmp; hostname; cat /proc/mounts;"
        " cat /proc/sys/kernel/hostname; kill -0 $(cat /tmp/another) && echo alive"
    )
    another = as_user("sleep 100000", "nobody")
    arena[VICTIM].succeed(f"{another} & echo $! >/tmp/another")
    before = arena[VICTIM].succeed(protected)
    arena.serve(f"fuzz-host {SEED} {processes}")
    fates = arena.prey(processes, threads=3, timeout=300 * SOAK)
    frames = fuzzed(record_property, arena.served())
    assert frames > 10 * processes
    assert SECRET in before and arena[VICTIM].succeed(protected) == before
    arena[VICTIM].succeed("kill $(cat /tmp/another)")
    assert len(fates) == processes


def test_afterwards_processes_move_and_the_log_is_short(arena, record_property):
    arena.still_moves()
    lines = int(arena[VICTIM].succeed("dmesg | grep -c -e tessera"))
    note(record_property, "lines of the log", lines)
    assert lines < 1500 * SOAK
    eventually(lambda: not arena[HONEST].succeed("cat /proc/hpc/guests"), patience(30))

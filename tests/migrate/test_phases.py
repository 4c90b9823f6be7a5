# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of a process when the link between its home (machine 1) and its
host (machine 2) ends, in each phase of a migration. docs/migration.md promises it
in a table; each of its cells is a test here.

A phase is a frame: its sender stands still before it (docs/kernel.md), for each
phase with a process of its own; then one event hits all of them."""
import re
import time
from itertools import batched

import pytest
from cluster import eventually, hold, name_of, patience
from victims import HOME, HOST, MEMBERS, VICTIMS, at, victims_cluster
from vmlab import paths

pytestmark = pytest.mark.drones

EVENTS = ["link ends", "short cut", "cut", "host lost", "home lost"]
KNOWN_WITHIN = 10  # seconds; a dead link
SHORT = 2

# What leads to a frame; before the others the process is there already.
CAUSES = {
    ("home", "RESULT"): "look", ("home", "SIGNAL"): "signal", ("host", "EXIT"): "end",
    ("host", "RETURN"): "bring", ("home", "RETURN_OK"): "bring", ("host", "DATA"): "bring",
    ("home", "LAID_OUT"): "bring", ("host", "PAGES"): "bring", ("host", "PAGES_END"): "bring",
    ("home", "BYE"): "bring",
}  # fmt: skip


def documented():
    """{(phase, sender, frame): {event: outcome}}"""
    table = {}
    for line in (paths.TREE / "docs/migration.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        frame = re.fullmatch(r"(home|host): `([A-Z_]+)`", cells[1]) if len(cells) > 2 else None
        if frame:
            table[cells[0], *frame.groups()] = dict(zip(EVENTS, cells[2:], strict=True))
    return table


TABLE = documented()


def frame_number(name):
    """As frame.h counts them."""
    text = (paths.TREE / "kernel-patches/tessera/frame.h").read_text()
    names = re.findall(r"^\tTESSERA_FRAME_([A-Z_]+)", text, flags=re.M)
    return 1 + names.index(name)


class Scene:
    """Two machines, and processes that are in the middle of something."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.home, self.host = cluster[HOME], cluster[HOST]
        self.names = 0

    def settle(self):
        self.node = self.cluster.settle(MEMBERS, within=120)[name_of(HOST)]

    def bring_to(self, phase, held):
        """A process in that phase, whose link ends there, or is held."""
        _, sender, frame = phase
        cause = CAUSES.get((sender, frame), "move")
        self.names += 1
        name = f"v{self.names}"
        arm = f"arm {frame_number(frame)} {held:d}"
        trigger = f"cause {cause} {name} {self.node}"
        start = f"start {name}" + ("" if cause == "move" else f" && away {name} {self.node}")
        if sender == "home":
            at(self.home, f"{start} && {arm} && {trigger} && reached")
        else:
            at(self.home, start)
            at(self.host, arm)
            at(self.home, trigger)
            at(self.host, "reached")
        return name

    def release(self):
        for machine in (self.home, self.host):
            machine.succeed("echo 0 >/sys/module/tessera/parameters/cut_hold")

    def outcomes(self, victims, moved_back):
        """{phase: what became of it}, when that is known of all. Who lives is at
        home if moved_back, and has its memory."""
        known, asked = {}, {}
        movers = {
            phase for phase in victims if CAUSES.get(phase[1:], "move") in ("move", "bring")
        }

        def look():
            names = " ".join(victims[phase] for phase in victims if phase not in known)
            told = at(self.home, f"for n in {names}; do tell $n; done")
            for name, status, where, moved, whole, why in map(str.split, told.splitlines()):
                phase = next(p for p in victims if victims[p] == name)
                if phase in movers and moved == "-":
                    continue  # whoever moved it still waits
                if status == "137":
                    known[phase] = "ends" if why == "told" else "killed, and nobody says why"
                elif status != "-":
                    known[phase] = "ends by itself" if status == "0" else f"status {status}"
                elif moved_back and where != "0":
                    continue
                elif phase not in asked:
                    asked[phase] = int(whole)
                    at(self.home, f"cause look {name}")
                elif int(whole) > asked[phase]:
                    known[phase] = "lives"
            assert len(known) == len(victims), f"{told}"
            return True

        try:
            eventually(look, patience(30))
        except AssertionError as error:
            for phase in victims:
                known.setdefault(phase, f"is stuck: {error}")
        return known

    def nobody_is_left(self):
        """No guest at the host, within the time in which a link is known as dead."""
        self.host.wait("[ ! -s /proc/hpc/guests ]", timeout=int(patience(KNOWN_WITHIN + 5)))

    def next_move(self):
        self.settle()
        self.names += 1
        name = f"v{self.names}"
        at(self.home, f"start {name}")
        # The mesh needs its moment after a cut.
        self.home.wait(f"{VICTIMS}; away {name} {self.node}", timeout=int(patience(60)))
        status = at(self.home,
            f"cause look {name} &&"
            f" until grep -q whole {name}.out; do usleep 10000; done &&"
            f" go {name} 0 && cause end {name} &&"
            f" until [ -s {name}.status ]; do usleep 10000; done; cat {name}.status"
        )
        return f"status {status.strip()}"


def uptime(machine):
    return float(machine.succeed("cat /proc/uptime").split()[0])


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with victims_cluster("phases", tmp_path_factory) as cluster:
        yield Scene(cluster)


def link_ends(scene):
    found = {}
    for phase in TABLE:
        victims = {phase: scene.bring_to(phase, held=False)}
        found.update(scene.outcomes(victims, moved_back=True))
        scene.nobody_is_left()
    return found


def all_held(scene, phases=TABLE):
    return {phase: scene.bring_to(phase, held=True) for phase in phases}


def short_cut(scene):
    """Some at a time: who is held for long is given up, cut or not."""
    found = {}
    for phases in batched(TABLE, 4):
        victims = all_held(scene, phases)
        scene.host.cut()
        hold(SHORT)
        scene.host.heal()
        scene.release()
        found.update(scene.outcomes(victims, moved_back=False))
        for name in victims.values():
            at(scene.home, f"cause end {name}")
        scene.nobody_is_left()
    return found


def long_cut(scene):
    victims = all_held(scene)
    scene.host.cut()
    since = {machine: uptime(machine) for machine in (scene.home, scene.host)}
    found = scene.outcomes(victims, moved_back=True)
    scene.nobody_is_left()
    scene.took = {
        str(machine): float(
            machine.succeed("dmesg | sed -n 's/^\\[ *\\([0-9.]*\\)\\] tessera: .* ends: .*/\\1/p'")
            .split()[-1]
        ) - since[machine]
        for machine in since
    }  # fmt: skip
    scene.host.heal()
    scene.release()
    return found


def host_lost(scene):
    victims = all_held(scene)
    scene.host.kill()
    found = scene.outcomes(victims, moved_back=True)
    scene.host.start()
    scene.home.succeed("echo 0 >/sys/module/tessera/parameters/cut_hold")
    return found


def home_lost(scene):
    all_held(scene)
    scene.home.kill()
    begun = time.monotonic()
    scene.nobody_is_left()
    print(f"guests of a lost home were gone after {time.monotonic() - begun:.1f} s")
    scene.home.start()
    scene.host.succeed("echo 0 >/sys/module/tessera/parameters/cut_hold")
    return {phase: "gone" for phase in TABLE}


@pytest.fixture(scope="module")
def found(scene):
    """{event: {phase: outcome}}, each event when it is first asked for."""
    happen = dict(zip(EVENTS, [link_ends, short_cut, long_cut, host_lost, home_lost]))
    results = {}

    def ask(event):
        if event not in results:
            scene.settle()
            results[event] = happen[event](scene)
            results[event]["afterwards"] = scene.next_move()
        return results[event]

    yield ask
    print("\n| Phase | Frame | " + " | ".join(EVENTS) + " |")
    for phase, sender, frame in TABLE:
        row = [results.get(e, {}).get((phase, sender, frame), "?") for e in EVENTS]
        print(f"| {phase} | {sender}: `{frame}` | " + " | ".join(row) + " |")


@pytest.mark.parametrize("phase", TABLE, ids=lambda p: f"{p[0]}".replace(" ", "-"))
@pytest.mark.parametrize("event", EVENTS)
def test_a_process_is_at_one_place_or_ends_for_a_reason(found, event, phase):
    assert found(event)[phase] == TABLE[phase][event]


@pytest.mark.parametrize("event", EVENTS)
def test_the_next_process_moves(found, event):
    assert found(event)["afterwards"] == "status 0"


def test_a_dead_link_is_known_within_ten_seconds(scene, found):
    found("cut")
    print(scene.took)
    assert all(took < patience(KNOWN_WITHIN) for took in scene.took.values())

# SPDX-License-Identifier: GPL-2.0-or-later
"""Three drones: 1 is the victim, 2 is hostile, 3 is honest. What a hostile node
must not do to the victim is looked for after each scenario: a complaint of its
kernel, memory, processes or descriptors that stay, guests that never end."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

from cluster import DEBUG, cluster_of, drone, eventually, name_of, patience  # noqa: E402
from vmlab import images, paths  # noqa: E402

VICTIM, HOSTILE, HONEST = 1, 2, 3
MACHINES = [VICTIM, HOSTILE, HONEST]
HERE = Path(__file__).parent
MIGRATE = HERE.parent / "migrate"
SECRET = "the secret of root"
# Well-behaved programs that must still be able to move afterwards.
PROGRAMS = ["memory_heap_survives", "thread_mutex_ping_pong"]
MIB = 1024  # as /proc/meminfo counts
KNOBS = "/sys/module/tessera/parameters"
OFFER = 2  # the type of a frame
SOAK = int(os.environ.get("HOSTILE_SOAK", "1"))  # so many times as long
SEED = int(os.environ.get("HOSTILE_SEED", "20261125"))


def overlay(root):
    """Programs and files for the machines."""
    for build in (HERE, MIGRATE):
        subprocess.run([build / "build"], check=True)
    hostile, migrate = root / "opt/hostile", root / "opt/migrate"
    hostile.mkdir(parents=True)
    migrate.mkdir(parents=True)
    for program in ("guest", "keeper", "peer", "prey", "suid"):
        shutil.copy(paths.BUILD / "hostile" / program, hostile)
    (hostile / "suid").chmod(0o4755)
    shutil.copy(paths.BUILD / "migrate/driver", migrate)
    for program in PROGRAMS:
        shutil.copy(paths.BUILD / "migrate/programs" / program, migrate)
    (root / "root-only").write_text(f"{SECRET}\n")
    (root / "root-only").chmod(0o600)
    return str(root)


def as_user(program, user="tessera"):
    """A command line that becomes a program of this user's."""
    return f"su {user} -s /bin/sh -c 'exec {program}'"


class Health:
    """What a machine has, to be compared with what it had."""

    def __init__(self, node):
        self.node = node
        self.before = self.now()

    def now(self):
        out = self.node.succeed(
            "grep -E 'MemAvailable|SUnreclaim' /proc/meminfo; ls -d /proc/[0-9]* | wc -l;"
            "for p in $(pidof tesserad tessera-cage); do ls /proc/$p/fd; done | wc -l"
        ).split()
        return {
            "available": int(out[1]), "slab": int(out[4]),
            "tasks": int(out[6]), "descriptors": int(out[7]),
        }  # fmt: skip

    def check(self):
        """Nothing has stayed, allowing for caches and a cage that waits for guests."""
        guests = self.node.succeed("cat /proc/hpc/guests")
        assert not guests, f"these stay:\n{guests}"
        now, slack = self.now(), (4 if DEBUG else 1)
        assert now["available"] > self.before["available"] - 16 * MIB * slack, (self.before, now)
        assert now["slab"] < self.before["slab"] + 6 * MIB * slack, (self.before, now)
        assert now["tasks"] <= self.before["tasks"] + 12, (self.before, now)
        assert now["descriptors"] <= self.before["descriptors"] + 8, (self.before, now)
        return True


class Arena:
    def __init__(self, cluster):
        self.cluster = cluster
        self.numbers = cluster.settle(MACHINES, within=120)
        self.health = {}

    def __getitem__(self, machine):
        return self.cluster[machine]

    def number(self, machine):
        return self.numbers[name_of(machine)]

    def address(self, machine):
        return self.cluster.status(machine)["address"]

    def untroubled(self):
        for node in self.cluster.lab.status()["nodes"]:
            assert node["state"] == "on", f"machine {node['node']}: {node['reason']}"
            assert not node["trouble"], f"machine {node['node']}:\n" + "\n".join(node["trouble"])

    def recovers(self):
        """Whatever was done, its kernels go on as before, and soon."""
        self.untroubled()
        for health in self.health.values():
            eventually(health.check, patience(60), interval=1)
        self.cluster.settle(MACHINES, within=60)

    def still_moves(self):
        """A process of the victim's goes to the honest machine and comes home."""
        out = self[VICTIM].succeed(
            f"SLOW={patience(2)} /opt/migrate/driver home {self.number(HONEST)} /opt/migrate "
            + " ".join(PROGRAMS),
            timeout=patience(120),
        )
        assert f"{len(PROGRAMS)} passed" in out, out

    def peer(self, words, timeout=120):
        """(status, output) of our hostile program, on the hostile machine."""
        return self[HOSTILE].execute(f"/opt/hostile/peer {words}", timeout=patience(timeout))

    def unlink(self):
        """End the link that the victim has to the hostile machine's own kernel: an
        offer is the last frame on it. The next link is one to our hostile program."""
        self[HOSTILE].succeed(
            f"cd {KNOBS}; echo 0 >cut_hold; echo {OFFER} >cut_type; echo 1 >cut_after"
        )
        fates = self.prey(1)
        assert fates[0].startswith("stayed"), fates
        assert self[HOSTILE].succeed(f"cd {KNOBS}; cat cut_after; echo 0 >cut_type") == "0\n"

    def serve(self, words):
        """The same in the background, until served() is asked for what it said."""
        host = "host" in words.split()[0]
        if host:
            self.unlink()
        self[HOSTILE].succeed(
            f"rm -f /tmp/peer; (/opt/hostile/peer {words}; echo status $?) >/tmp/peer 2>&1 &"
        )
        if host:
            self[HOSTILE].wait("grep -q listening /tmp/peer", timeout=patience(30))

    def served(self, timeout=60):
        self[HOSTILE].wait("grep -q status /tmp/peer", timeout=patience(timeout))
        return self[HOSTILE].succeed("cat /tmp/peer")

    def prey(self, count, threads=2, timeout=60):
        """Processes of the victim's go to the hostile machine; what became of each."""
        out = self[VICTIM].succeed(
            f"/opt/hostile/prey {count} {self.number(HOSTILE)} {threads}",
            timeout=patience(timeout),
        )
        return out.splitlines()


@pytest.fixture(scope="session")
def arena(tmp_path_factory):
    extra = overlay(tmp_path_factory.mktemp("arena"))
    key = images.new_key()
    more = 900 if DEBUG else 300
    victim = drone(key=key, cpus=2, mem=more, extra=extra)
    others = [drone(key=key, mem=more, extra=extra) for _ in (HOSTILE, HONEST)]
    with cluster_of("arena", [victim, *others]) as cluster:
        arena = Arena(cluster)
        # Its cages are there from here on, and caches are warm.
        arena.still_moves()
        arena.peer(f"home {arena.address(VICTIM)} good-guest")
        arena.health[VICTIM] = Health(arena[VICTIM])
        yield arena


@pytest.fixture(autouse=True)
def recovery(arena):
    yield
    arena.recovers()

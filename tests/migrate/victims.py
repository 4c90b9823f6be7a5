# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines, and processes to which things happen: what test_phases.py and
test_shutdown.py have in common. victims.sh is the machines' part of it."""
from cluster import DEBUG, cluster_of, drone, patience
from tools import BUILT, HERE, build, lay
from vmlab import images

HOME, HOST = MEMBERS = [1, 2]
VICTIMS = ". /opt/migrate/victims.sh"


def victims_cluster(name, tmp_path_factory):
    build()
    root = tmp_path_factory.mktemp(name)
    lay(root, BUILT / "victim", HERE / "victims.sh")
    mem = 1600 if DEBUG else 700
    machine = drone(key=images.new_key(), cpus=2, mem=mem, extra=str(root))
    return cluster_of(name, [machine] * 2)


def at(machine, command, timeout=60):
    """Run a command that knows what is in victims.sh."""
    return machine.succeed(f"{VICTIMS}; {command}", timeout=int(patience(timeout)))

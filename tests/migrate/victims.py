# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines, and processes to which things happen: what test_phases.py and
test_shutdown.py have in common. victims.sh is the machines' part of it."""
import shutil
import subprocess
from pathlib import Path

from cluster import DEBUG, cluster_of, drone, patience
from vmlab import images, paths

HERE = Path(__file__).parent
HOME, HOST = MEMBERS = [1, 2]


def victims_cluster(name, tmp_path_factory):
    subprocess.run([HERE / "build"], check=True)
    root = tmp_path_factory.mktemp(name)
    target = root / "opt/migrate"
    target.mkdir(parents=True)
    shutil.copy(paths.BUILD / "migrate/victim", target)
    shutil.copy(HERE / "victims.sh", target)
    mem = 1600 if DEBUG else 700
    machine = drone(key=images.new_key(), cpus=2, mem=mem, extra=str(root))
    return cluster_of(name, [machine] * 2)


def at(machine, command, timeout=60):
    """Run a command that knows what is in victims.sh."""
    return machine.succeed(
        f". /opt/migrate/victims.sh; {command}", timeout=int(patience(timeout))
    )

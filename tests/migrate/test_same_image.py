# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes of one live image: a squashfs is mounted where a live system has its own,
and the agents are told its checksum. The image of the host differs from home's in
a constant of the program that moves: so it tells which of them it sees."""
import subprocess

import pytest
from cluster import cluster_of, drone, name_of, patience
from tools import BUILT, TOOLS, build, lay
from vmlab import images

pytestmark = pytest.mark.drones

PROGRAM = "memory_constants_stay"
ROOT = "/run/live/rootfs/filesystem.squashfs"
BOOT = f"""set -e
mkdir -p /run/live/medium {ROOT}
mount -o ro,loop -t squashfs /opt/image {ROOT}
echo '%s  ./live/filesystem.squashfs' >/run/live/medium/sha256sum.txt
kill $(pidof tesserad)"""
ONE, OTHER = "1" * 64, "2" * 64


def image(where, name, constant):
    """A directory to lay over a machine, with an image in /opt."""
    content, root = where / f"{name}-content", where / name
    content.mkdir()
    (root / "opt").mkdir(parents=True)
    program = (BUILT / "programs" / PROGRAM).read_bytes()
    assert program.count(b"made at home") == 1
    (content / PROGRAM).write_bytes(program.replace(b"made at home", constant))
    (content / PROGRAM).chmod(0o755)
    subprocess.run(
        ["mksquashfs", content, root / "opt/image", "-comp", "zstd", "-quiet", "-no-progress",
         "-all-time", "0"],  # fmt: skip
        check=True,
        stdout=subprocess.DEVNULL,
    )
    lay(root, BUILT / "driver")
    return str(root)


def move(where, sums):
    """Boot two machines from images that say these sums, and move the program."""
    build()
    key = images.new_key()
    home = drone(key=key, extra=image(where, "home", b"made at home"))
    host = drone(key=key, extra=image(where, "host", b"made at HOST"))
    with cluster_of("image", [home, host]) as cluster:
        for number, total in enumerate(sums, 1):
            cluster[number].succeed(BOOT % total)
        node = cluster.settle([1, 2], within=120)[name_of(2)]
        return cluster[1].execute(
            f"SLOW={patience(1)} {TOOLS}/driver moved {node} {ROOT} {PROGRAM}",
            timeout=int(patience(90)),
        )[1]


def test_a_program_of_the_same_image_is_mapped_at_the_host(tmp_path):
    assert 'it is "made at HOST", shared "made at HOST"' in move(tmp_path, [ONE, ONE])


def test_a_program_of_another_image_comes_from_home(tmp_path):
    assert f"PASS {PROGRAM}" in move(tmp_path, [ONE, OTHER])

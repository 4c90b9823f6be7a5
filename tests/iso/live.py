# SPDX-License-Identifier: GPL-2.0-or-later
"""A full node from the live image and a drone with the key that is stamped on
it, as all scenarios here have them."""
from vmlab import images, paths
from vmlab.client import ISO, Lab, machine

# An emulated CPU beside other work takes its time.
BOOT = 420
MISSING = not ISO.exists(), "no image: run 'make iso' first"
TWO_UP = "tess nodes --json | grep -o '\"status\": *\"up\"' | wc -l | grep -qx 2"


def boot(name, source="iso", **options):
    """The two machines, and a picture of the boot menu in build/."""
    drone = machine(key=images.read_key(str(paths.BUILD / "cluster.key")))
    lab = Lab.start(f"iso-{name}", [machine(source, **options), drone])
    try:
        lab[1].read("Starting in|executed automatically", 60)
        lab[1].screen(paths.BUILD / f"iso-menu-{name}.png")
        lab[1].wait_shell(BOOT)
        lab[1].succeed("test -s /run/live/medium/live/tessera.key")
    except BaseException:
        lab.down()
        raise
    return lab


def become_a_cluster(lab):
    """Both nodes see each other, by the key that one of them has from its medium."""
    for node in lab.nodes:
        node.wait(TWO_UP, BOOT)

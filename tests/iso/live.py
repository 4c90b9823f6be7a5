# SPDX-License-Identifier: GPL-2.0-or-later
"""A full node from the live image and a drone with the key that is stamped on
it, as all scenarios here have them."""
from vmlab import images, paths
from vmlab.client import ISO, Lab, machine
from vmlab.errors import GuestCrash

# An emulated CPU beside other work takes its time.
BOOT = 420
MISSING = not ISO.exists(), "no image: run 'make iso' first"
# What a kernel thinks of an emulator whose host stalls while it tries its timer.
# The lab boots drones with no_timer_check; the medium's command line is for PCs,
# where the check finds a way around timers that are really broken.
STARVED = "IO-APIC + timer doesn't work!"
TWO_UP = "tess nodes --json | grep -o '\"status\": *\"up\"' | wc -l | grep -qx 2"


def come_up(node, name):
    node.read("Starting in|executed automatically", BOOT)
    node.screen(paths.BUILD / f"iso-menu-{name}.png")
    node.wait_shell(BOOT)


def boot(name, source="iso", **options):
    """The two machines, and a picture of the boot menu in build/."""
    drone = machine(key=images.read_key(str(paths.BUILD / "cluster.key")))
    lab = Lab.start(f"iso-{name}", [machine(source, **options), drone])
    try:
        try:
            come_up(lab[1], name)
        except GuestCrash as error:
            if STARVED not in str(error):
                raise
            lab[1].kill()
            lab[1].start()
            come_up(lab[1], name)
        lab[1].succeed("test -s /run/live/medium/live/tessera.key")
    except BaseException:
        lab.down()
        raise
    return lab


def become_a_cluster(lab):
    """Both nodes see each other, by the key that one of them has from its medium."""
    for node in lab.nodes:
        node.wait(TWO_UP, BOOT)

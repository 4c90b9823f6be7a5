# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself: it says what is wrong, and leaves nothing behind."""
import os
import signal
import subprocess
import time

import pytest

from vmlab import images, paths
from vmlab.client import Lab, machine
from vmlab.errors import LabError
from vmlab.serial import EXCUSED, TROUBLE

# What stays when nobody is left to sweep up; the next lab of that name removes it.
SOCKETS = "socket file"

LAB = str(paths.TREE / "tests/lab")
NAME = f"selftest-{os.getpid()}"
IMAGE = os.environ["LAB_IMAGE"]
UP = [LAB, "--name", NAME, "up", "--nodes", "1", "--image", IMAGE]


def leftovers():
    """Processes and sockets of the lab under test."""
    found = [f"{SOCKETS} {path}" for path in paths.RUN.glob(f"{NAME}*")]
    for directory in os.listdir("/proc"):
        if directory.isdigit():
            try:
                with open(f"/proc/{directory}/cmdline") as file:
                    words = file.read().split("\0")
            except OSError:
                continue
            if any(f"/{NAME}/" in word or f'"name": "{NAME}"' in word for word in words):
                found.append(" ".join(words)[:100])
    return found


def soon_nothing_is_left(within=15, except_for="nothing"):
    deadline = time.monotonic() + within
    while True:
        left = [what for what in leftovers() if not what.startswith(except_for)]
        if not left or time.monotonic() > deadline:
            return left == []
        time.sleep(0.1)


@pytest.fixture
def lab():
    """A lab of one's own, to be destroyed; its machine may not have booted yet."""
    with Lab.start(NAME, [machine()]) as lab:
        yield lab


@pytest.fixture(scope="module")
def running():
    """A lab shared by tests that leave it usable."""
    with Lab.start(f"shared-{NAME}", [machine()]) as lab:
        lab[1].wait_shell()
        yield lab


def supervisor_of(lab):
    return int(lab.inside(["true"])[2])


def test_down_leaves_nothing(lab):
    lab[1].status()
    assert leftovers()
    lab.down()
    assert leftovers() == []


def test_a_killed_supervisor_takes_everything_along(lab):
    os.kill(supervisor_of(lab), signal.SIGKILL)
    assert soon_nothing_is_left()


def test_a_killed_guardian_takes_the_processes_along(lab):
    lab._process.kill()
    lab._process.wait()
    assert soon_nothing_is_left(except_for=SOCKETS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_a_caller_that_ends_during_up_takes_the_lab_along(number):
    caller = subprocess.Popen(
        UP, stderr=subprocess.PIPE, text=True,
        # Who runs the tests in the background has SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert "1 nodes" in caller.stderr.readline()
    deadline = time.monotonic() + 20
    while not Lab(NAME).alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers()
    caller.send_signal(number)
    caller.wait(30)
    caller.stderr.close()
    assert soon_nothing_is_left()


def test_two_labs_of_one_name_are_refused(running):
    with pytest.raises(LabError, match="is running"):
        Lab.start(running.name, [])


def test_a_missing_image_names_the_command_that_makes_it():
    with pytest.raises(LabError, match="make drone"):
        machine(image_dir="/nowhere")
    with pytest.raises(LabError, match="make iso"):
        machine("iso", iso="/nowhere.iso")


def test_unknown_nodes_and_labs_are_named(running):
    with pytest.raises(LabError, match="no node 7 in lab"):
        running[7].execute("true")
    with pytest.raises(LabError, match="not running"):
        Lab("nobody")[1].execute("true")


def test_a_dead_machine_says_so_at_once_with_its_last_words(running):
    running[1].kill()
    begun = time.monotonic()
    with pytest.raises(LabError, match="(?s)is off .killed.*the end of"):
        running[1].wait("true", timeout=60)
    assert time.monotonic() - begun < 5
    running[1].start()


def test_the_command_line_returns_the_guest_s_status(running):
    command = [LAB, "--name", running.name, "sh", "1", "echo out; exit 3"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "out\n")


def test_a_machine_that_rebooted_answers_again(running):
    first = running[1].succeed("cat /proc/sys/kernel/random/boot_id")
    running[1].reset()
    running[1].wait(f"[ $(cat /proc/sys/kernel/random/boot_id) != {first.strip()} ]")


def test_a_stamped_drone_has_its_key_and_the_image_stays(running):
    before = os.stat(os.path.join(IMAGE, "initrd"))
    node = running.add(machine(key=images.new_key()))
    node.wait_shell()
    assert node.succeed("stat -c %a /etc/tessera/cluster.key") == "400\n"
    running[1].fail("test -e /etc/tessera/cluster.key")
    assert os.stat(os.path.join(IMAGE, "initrd")) == before


def test_splats_are_told_from_a_starved_emulator():
    assert TROUBLE.search("[  1.0] WARNING: CPU: 0 PID: 1 at kernel/fork.c:1 x+0x1/0x2")
    assert TROUBLE.search("[  1.0] BUG: KASAN: slab-use-after-free in f+0x1/0x2")
    assert TROUBLE.search("WARNING: possible circular locking dependency detected")
    assert EXCUSED.search("watchdog: BUG: soft lockup - CPU#0 stuck for 26s!")
    assert not TROUBLE.search("[  1.0] tesserad: member 1 of cluster")


def test_a_kernel_that_panics_fails_whoever_waits(running):
    running[1].wait_shell()
    # It panics once somebody does.
    running[1].execute(
        "rm -f /tmp/asked; (until [ -e /tmp/asked ]; do usleep 10000; done;"
        " echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &"
    )
    with pytest.raises(LabError, match="panic"):
        running[1].wait("touch /tmp/asked; false", timeout=60)

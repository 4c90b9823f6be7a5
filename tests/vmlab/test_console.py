# SPDX-License-Identifier: GPL-2.0-or-later
"""The command channel against real shells on a pseudo terminal, as they sit on a
machine's virtio console: echo on, prompts, line editing."""
import os
import pty
import select
import socket
import subprocess
import threading
import time

import pytest

from vmlab.console import Console
from vmlab.errors import CommandTimeout, NoAnswer


class Guest:
    """A shell on a terminal, wired to a socket as QEMU's chardev does."""

    def __init__(self, shell):
        self.shell = shell
        self.ours, self.theirs = socket.socketpair()
        self.ended = os.eventfd(0, os.EFD_NONBLOCK)
        self.boot()

    def boot(self):
        self.terminal, slave = pty.openpty()
        self.process = subprocess.Popen(
            self.shell, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={"PATH": os.environ["PATH"], "PS1": "guest# "},
        )
        os.close(slave)
        self.pumping = threading.Thread(target=self.pump)
        self.pumping.start()

    def pump(self):
        while True:
            ready = select.select([self.terminal, self.theirs, self.ended], [], [])[0]
            try:
                if self.ended in ready:
                    return
                if self.terminal in ready:
                    self.theirs.sendall(os.read(self.terminal, 4096))
                else:
                    os.write(self.terminal, self.theirs.recv(4096))
            except OSError:
                return

    def halt(self):
        """Nobody is left who could take what is for the next boot."""
        self.process.kill()
        self.process.wait()
        os.eventfd_write(self.ended, 1)
        self.pumping.join()
        os.eventfd_read(self.ended)
        os.close(self.terminal)

    def reboot(self):
        self.halt()
        self.boot()


# As the drone offers it: a shell that runs the terminal as a script.
SCRIPT = "stty raw -echo; echo ready; exec busybox sh /proc/self/fd/1 </dev/null"
SHELLS = {
    "dash": ["dash", "-i"],
    "busybox": ["busybox", "sh", "-i"],
    "bash": ["bash", "-i"],
    "drone": ["busybox", "sh", "-c", SCRIPT],
}


# A killed process may take a moment to go.
GONE = "for i in $(seq 100); do pgrep -f '{}' >/dev/null || exit 0; sleep 0.1; done; exit 1"


@pytest.fixture(params=list(SHELLS))
def guest(request):
    guest = Guest(SHELLS[request.param])
    yield guest
    guest.halt()


@pytest.fixture
def console(guest):
    console = Console()
    console.attach(guest.ours)
    return console


def test_status_and_both_streams_come_back(console):
    assert console.execute("echo out; echo err >&2; exit 7") == (7, "out\nerr\n")


def test_markers_in_output_are_only_output(console):
    text = "@lab end 1\n@lab out 1 0\n"
    assert console.execute("printf '@lab end 1\\n@lab out 1 0\\n'") == (0, text)


def test_output_is_carried_byte_for_byte(console):
    status, output = console.execute("seq 1 20000; printf 'no newline'")
    assert status == 0
    assert output == "".join(f"{n}\n" for n in range(1, 20001)) + "no newline"


def test_a_long_command_with_quotes_arrives_whole(console):
    words = " ".join(f"it\\'s{n}" for n in range(2000))
    assert console.execute(f"echo {words}")[1] == words.replace("\\", "") + "\n"


def test_a_command_that_takes_too_long_is_killed_with_its_children(console):
    begun = time.monotonic()
    with pytest.raises(CommandTimeout):
        console.execute("sleep 4242 & sleep 4242", timeout=1)
    assert time.monotonic() - begun < 60
    assert console.execute(GONE.format("[s]leep 4242"))[0] == 0


def test_no_watchdog_outlives_its_command(console):
    console.execute("true", timeout=4243)
    assert console.execute(GONE.format("[s]leep 4243"), timeout=30)[0] == 0


def test_a_background_process_does_not_hold_up_its_command(console):
    begun = time.monotonic()
    status, output = console.execute("sleep 300 & echo $!", timeout=200)
    assert status == 0
    assert time.monotonic() - begun < 60
    console.execute(f"kill {int(output)}")


def test_a_command_is_not_answered_by_the_shell_of_before(console, guest):
    assert console.execute("echo one") == (0, "one\n")
    guest.reboot()
    console.reset()
    assert console.execute("echo two") == (0, "two\n")


def test_a_silent_machine_is_reported():
    ours, _theirs = socket.socketpair()
    console = Console()
    console.attach(ours)
    with pytest.raises(NoAnswer):
        console.execute("true", patience=3)

# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine is switched off by its power button, and nothing is lost: its guests
go home, its own processes come home before they are ended."""
import re

import pytest
from cluster import hold, name_of, patience
from victims import HOME, HOST, MEMBERS, at, victims_cluster

pytestmark = pytest.mark.drones


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with victims_cluster("shutdown", tmp_path_factory) as cluster:
        yield cluster


@pytest.fixture
def settled(pair):
    """Both are on, and machine 2 has this number."""
    pair.repair()
    pair.node = pair.settle(MEMBERS, within=120)[name_of(HOST)]
    return pair


def lives_at_home(pair, name):
    """It is there, and has its memory."""
    at(pair[HOME], f"cause look {name}; until grep -q whole {name}.out; do usleep 10000; done")
    return at(pair[HOME], f"tell {name}").split()[1:3] == ["-", "0"]


def test_guests_go_home_when_their_host_is_switched_off(settled):
    at(settled[HOME], f"start guest && away guest {settled.node}")
    settled[HOST].button()
    assert settled[HOST].wait_off(patience(60)) == "powered off by its system"
    assert lives_at_home(settled, "guest")
    assert " ends: " not in settled[HOME].succeed("dmesg")


def test_a_stopped_guest_goes_home_and_is_still_stopped(settled):
    at(settled[HOME], f"start stopped && away stopped {settled.node}")
    pid = at(settled[HOME], "kill -STOP $(pid_of stopped); pid_of stopped").strip()
    settled[HOME].wait(f"grep -q 'State:.*stopped' /proc/{pid}/status", patience(10))
    settled[HOST].button()
    assert settled[HOST].wait_off(patience(60)) == "powered off by its system"
    assert settled[HOME].succeed(f"cat /proc/{pid}/where") == "0\n"
    at(settled[HOME], "cause look stopped")
    hold(1)  # it does nothing meanwhile
    assert "stopped" in settled[HOME].succeed(f"grep State: /proc/{pid}/status")
    at(settled[HOME], "! grep whole stopped.out && kill -CONT $(pid_of stopped)")
    assert lives_at_home(settled, "stopped")


def test_a_stopped_process_ends_when_its_guest_is_killed(settled):
    at(settled[HOME], f"start slain && away slain {settled.node}")
    pid = at(settled[HOME], "kill -STOP $(pid_of slain); pid_of slain").strip()
    settled[HOME].wait(f"grep -q 'State:.*stopped' /proc/{pid}/status", patience(10))
    settled[HOST].succeed("kill -9 $(cut -d' ' -f1 /proc/hpc/guests)")
    status = settled[HOME].wait("cat /tmp/victims/slain.status", timeout=patience(30))
    assert status == "137\n"


def test_processes_come_home_before_their_home_is_switched_off(settled):
    at(settled[HOME], f"start own && away own {settled.node}")
    settled[HOME].button()
    settled[HOME].read("all processes are at home", timeout=patience(60))
    assert settled[HOME].wait_off(patience(60)) == "powered off by its system"
    log = settled[HOST].succeed("dmesg | grep tessera: || :")
    assert not re.search(r"guest \d+ \(victim\) of node \d+ ends", log), log

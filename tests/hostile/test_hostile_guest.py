# SPDX-License-Identifier: GPL-2.0-or-later
"""A program of an ordinary user's at the victim goes to another machine and does
what it can to reach what is there. Here the machine that is attacked is the host."""
import errno
import re

import pytest
from cluster import eventually, patience
from conftest import HOSTILE as HOST
from conftest import VICTIM as HOME
from conftest import SOAK, as_user
from vmlab.errors import LabError

pytestmark = pytest.mark.drones

GUEST_UIDS = 0x7E550000
CALLS = 980  # lines of a run of all calls, at least
STEP = 24 if SOAK == 1 else 1  # of the numbers of 32-bit programs
WRONG_ARGUMENT = [errno.ESRCH, errno.E2BIG, errno.EBADF, errno.EFAULT, errno.EINVAL]


@pytest.fixture
def kept(arena):
    """The host keeps things that any process of its could use, and tells of use."""
    host, uid = arena[HOST], GUEST_UIDS + arena.number(HOME)
    host.succeed(f"/opt/hostile/keeper watch {uid} >/tmp/kept 2>&1 & echo $! >/tmp/keeper")
    host.wait("grep -q watching /tmp/kept || { cat /tmp/kept; false; }")
    yield lambda: host.succeed("cat /tmp/kept").splitlines()
    host.execute("kill -9 $(cat /tmp/keeper); rm -f /host-only /tmp/host-only*")


def run(arena, words, timeout):
    """(status, what the hostile guest said); it shares no queues with another run."""
    home = arena[HOME]
    guest = f"unshare -i {as_user(f'/opt/hostile/guest {words}')}"
    home.succeed(f"rm -f /tmp/ended; ({guest}; echo $? >/tmp/ended) >/tmp/said 2>&1 &")
    try:
        home.wait("test -s /tmp/ended", timeout=patience(timeout))
    except LabError:
        print(home.succeed("tail -n 3 /tmp/said; killall guest"))
        raise
    return int(home.succeed("cat /tmp/ended")), home.succeed("cat /tmp/said")


def test_a_guest_reaches_nothing_of_its_host(arena, kept):
    status, output = run(arena, f"attack {arena.number(HOST)}", 120)
    print(output)
    assert status == 0, output
    assert "0 breaches" in output
    assert kept() == ["watching"]


def test_what_the_host_keeps_would_tell(arena, kept):
    """The same things are used on the host itself: each use is told."""
    arena[HOST].succeed(
        "cat /host-only >/dev/null; kill -USR1 31337; kill -STOP 31338; kill -KILL 31338"
    )

    def told():
        lines = kept()
        assert "TOUCHED a file" in lines
        for pid in (31337, 31338):
            assert any(line.startswith(f"TOUCHED process {pid}") for line in lines), lines
        return True

    eventually(told, patience(10))


def alike(line):
    """Where several arguments are wrong, nobody promises which of them is named."""
    return re.sub(rf"errno ({'|'.join(map(str, WRONG_ARGUMENT))})$", "a wrong argument", line)


def test_calls_say_away_what_they_say_at_home(arena):
    """Every number by every gate; above all, nothing is missing because it moved."""
    status, at_home = run(arena, f"calls {STEP}", 120)
    assert status == 0, at_home
    status, away = run(arena, f"calls {STEP} {arena.number(HOST)}", 600 * SOAK)
    assert status == 0, away
    at_home, away = at_home.splitlines(), away.splitlines()
    assert len(at_home) == len(away) > CALLS
    differ = [
        f"{a} | at home: {h}" for a, h in zip(away, at_home) if alike(a) != alike(h)
    ]  # fmt: skip
    assert not differ, "\n".join(differ)


@pytest.fixture
def sitting(arena):
    """(PID on the host, address of its secret) of a guest that sits still."""
    home, host = arena[HOME], arena[HOST]
    sit = as_user(f"/opt/hostile/guest sit {arena.number(HOST)}")
    home.succeed(f"{sit} >/tmp/sitting 2>&1 & echo $! >/tmp/sitter")
    home.wait("grep -q sitting /tmp/sitting || { cat /tmp/sitting; false; }", timeout=patience(60))
    address = home.succeed("cat /tmp/sitting").split()[-1]
    guests = host.wait("grep -w guest /proc/hpc/guests")
    yield int(guests.split()[0]), address
    home.succeed("kill -9 $(cat /tmp/sitter)")


def test_a_guest_is_nobody_on_its_host(arena, sitting):
    host, (pid, _) = arena[HOST], sitting
    status = dict(
        line.split(":\t", 1) for line in host.succeed(f"cat /proc/{pid}/status").splitlines()
        if ":\t" in line
    )  # fmt: skip
    uid = str(GUEST_UIDS + arena.number(HOME))
    assert status["Uid"].split() == [uid] * 4 and status["Gid"].split() == [uid] * 4
    assert status["Groups"].strip() == "" and status["NoNewPrivs"] == "1"
    for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
        assert int(status[f"Cap{kind}"], 16) == 0, status
    for space in ("cgroup", "ipc", "mnt", "net", "pid", "time", "uts"):
        links = f"for p in {pid} 1; do readlink /proc/$p/ns/{space}; done"
        own = host.succeed(links).split()
        assert own[0] != own[1], space
    assert host.succeed(f"ls /proc/{pid}/fd; ls -A /proc/{pid}/root/").strip() == ""
    assert "/tessera.guests/" in host.succeed(f"cat /proc/{pid}/cgroup")
    assert int(host.succeed(f"cat /proc/{pid}/oom_score_adj")) >= 500
    # What belongs to root in /proc is not dumpable; the directory never does.
    assert host.succeed(f"stat -c %u /proc/{pid}/mem").strip() == "0"


@pytest.mark.parametrize("user", ["its", "1000", "65534"])
def test_no_user_of_the_host_looks_into_a_guest(arena, sitting, user):
    pid, address = sitting
    uid = GUEST_UIDS + arena.number(HOME) if user == "its" else int(user)
    out = arena[HOST].succeed(f"/opt/hostile/keeper pry {pid} {address} {uid}")
    got = [line for line in out.splitlines() if line.startswith("GOT")]
    if user == "its":  # nobody has this user; who has may signal, as everywhere
        got = [line for line in got if "signal" not in line and "priority" not in line]
    assert out.splitlines()[-1] == "pried" and not got, out

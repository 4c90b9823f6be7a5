# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands that are started on another machine, by tess run and under openMosix's
names, and processes that are moved with the keys of tess top."""
import pytest
from cluster import patience
from desk import INTERRUPT, as_user, desk, terminal_of
from tools import TOOLS

pytestmark = pytest.mark.drones

HOME = 1
PYTHON = "python3.13"
UP, DOWN = "\033OA", "\033OB"
LOOP = f"{PYTHON} -ISB {TOOLS}/loop.py"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with desk("run", tmp_path_factory.mktemp("run")) as cluster:
        yield cluster


@pytest.fixture
def terminal(pair):
    with terminal_of(pair) as terminal:
        yield terminal


def pid_of(pair):
    return int(pair[HOME].wait(f"pgrep -n -u tessera -x {PYTHON}", timeout=patience(20)))


def wait_there(pair, pid, node):
    pair[HOME].wait(f"grep -qx {node} /proc/{pid}/where", timeout=patience(20))


def wait_lock(pair, pid, locked):
    pair[HOME].wait(f"grep -qx {locked} /proc/{pid}/lock", timeout=patience(20))


@pytest.mark.parametrize("runner", ["tess run -n {}", "mosrun -{} -l"])
def test_a_command_starts_on_the_node(pair, terminal, runner):
    terminal.enter(f"{runner.format(pair.away)} {LOOP} 0")
    pid = pid_of(pair)
    # The dynamic linker and the interpreter's own start are done at home.
    wait_there(pair, pid, pair.away)
    terminal.read("\n *3 ")
    terminal.type(INTERRUPT)
    terminal.read(r"\^C.*% ")
    terminal.enter("echo ended $?")
    terminal.read("ended 130\n")


def test_a_command_that_stays_is_sent_back(pair, terminal):
    terminal.enter(f"runon {pair.away} {LOOP} 0 >/dev/null &")
    pid = pid_of(pair)
    wait_lock(pair, pid, 1)
    wait_there(pair, pid, pair.away)
    assert as_user(pair[HOME], f"tess bring {pid}")[0] == 0
    wait_there(pair, pid, pair.away)
    wait_lock(pair, pid, 1)
    assert as_user(pair[HOME], f"tess free {pid}")[0] == 0
    assert as_user(pair[HOME], f"tess bring {pid}")[0] == 0
    wait_there(pair, pid, 0)


def test_mps_shows_where_processes_are(pair, terminal):
    terminal.enter(f"tess run -n {pair.away} {LOOP} 0 >/dev/null &")
    pid = pid_of(pair)
    wait_there(pair, pid, pair.away)
    shown = as_user(pair[HOME], "mps -e")[1]
    lines = {line.split()[1]: line.split()[0] for line in shown.splitlines()[1:]}
    assert lines[str(pid)] == str(pair.away)
    assert lines["1"] == "0"


def test_keys_of_the_monitor_move_and_lock(pair, terminal):
    terminal.enter(f"{LOOP} 0 >/dev/null &")
    pid = pid_of(pair)
    terminal.enter("TERM=vt100 tess top -d 0.5")
    terminal.read(f"{PYTHON}.*q quit")
    # By PID it is the second, behind the shell.
    for key in ["o", "o", UP, UP, UP, DOWN]:
        terminal.type(key)
    terminal.type(f"m{pair.away}\n")
    wait_there(pair, pid, pair.away)
    terminal.read(f"PID {pid} is at")
    terminal.type("l")
    wait_lock(pair, pid, 1)
    terminal.type("l")
    wait_lock(pair, pid, 0)
    terminal.type("b")
    wait_there(pair, pid, 0)
    terminal.type("k\n")
    pair[HOME].wait(f"! test -e /proc/{pid}", timeout=patience(20))
    terminal.type("q")
    terminal.read("% ")

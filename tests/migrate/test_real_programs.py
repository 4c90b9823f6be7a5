# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs as Debian ships them, started by an ordinary user at a terminal of
machine 1, computing on machine 2: at the terminal nothing of it is seen."""
import re
import subprocess
from dataclasses import dataclass

import pytest
from cluster import patience
from desk import INTERRUPT, desk, migrate, terminal_of, where
from tools import BUILT, HERE, TOOLS

pytestmark = pytest.mark.drones

HOME, AWAY = 1, 2
LINES = 80  # many seconds of work


@dataclass
class Program:
    process: str  # its name
    command: str  # with the number of lines as {}; 0: for ever

    def line(self, lines):
        return self.command.format(lines)

    def output(self, lines):
        """What it says, by the same program here."""
        command = self.line(lines).replace(TOOLS, str(HERE / "real"))
        command = command.replace(f"{HERE}/real/tally", str(BUILT / "tally"))
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout


PRINTING = {
    "python": Program("python3.13", f"python3.13 -ISB {TOOLS}/loop.py {{}}"),
    "awk": Program("mawk", f"mawk -v lines={{}} -f {TOOLS}/loop.awk"),
    "bc": Program("bc", f"bc -q {TOOLS}/loop.bc <<<'x=l({{}})'"),
    "c++": Program("tally", f"{TOOLS}/tally {{}}"),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    with desk("real-programs", tmp_path_factory.mktemp("real")) as cluster:
        yield cluster


@pytest.fixture
def terminal(pair):
    with terminal_of(pair) as terminal:
        yield terminal


def pid_of(node, name):
    return int(node.wait(f"pgrep -n -u tessera -x {name}", timeout=patience(20)))


def seconds(text):
    return {name: float(value) for name, value in re.findall(r"(real|user|sys)=(\S+)", text)}


@pytest.mark.parametrize("name", PRINTING)
def test_a_moved_program_prints_and_ends_at_its_terminal(pair, terminal, name):
    program = PRINTING[name]
    terminal.enter("TIMEFORMAT='real=%R user=%U sys=%S'")
    terminal.enter("time " + program.line(LINES))
    terminal.read("\n *3 ")
    pid = pid_of(pair[HOME], program.process)
    migrate(pair, pid)
    assert where(pair, pid) == pair.away
    shown = terminal.read(r"real=.*?\n% ", within=180)
    assert shown.group(2)
    terminal.enter("echo ended $?")
    terminal.read("ended 0\n")
    said = terminal.shown().split(program.line(LINES) + "\n", 1)[1].split("real=")[0]
    assert said == program.output(LINES)
    times = seconds(shown.group(2))
    print(times)
    assert 0.2 * times["real"] < times["user"] + times["sys"] <= times["real"] + 0.5


@pytest.mark.parametrize("name", PRINTING)
def test_a_moved_program_is_interrupted_from_its_terminal(pair, terminal, name):
    program = PRINTING[name]
    terminal.enter(program.line(0))
    terminal.read("\n *3 ")
    migrate(pair, pid_of(pair[HOME], program.process))
    terminal.type(INTERRUPT)
    terminal.read(r"\^C.*% ")
    terminal.enter("echo ended $?")
    terminal.read("ended 130\n")

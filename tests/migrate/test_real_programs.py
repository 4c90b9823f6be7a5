# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs as Debian ships them, started by an ordinary user at a terminal of
machine 1, computing on machine 2: at the terminal nothing of it is seen."""
import hashlib
import re
import subprocess
from dataclasses import dataclass

import pytest
from cluster import patience
from desk import INTERRUPT, QUIT, SUSPEND, desk, migrate, terminal_of, where
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


def numbers(lines):
    return "".join(f"{number}\n" for number in range(1, lines + 1)).encode()


def test_a_moved_xz_shows_its_progress_and_compresses_alike(pair, terminal):
    text, command = numbers(200000), ["xz", "-6ek", "-T1"]
    pair[HOME].succeed("su tessera -c 'seq 200000 >/tmp/numbers'")
    terminal.enter(f"{' '.join(command)} -v /tmp/numbers; echo ended $?")
    terminal.read(r"[1-9]\S* %")
    migrate(pair, pid_of(pair[HOME], "xz"))
    terminal.read("100 %.*ended 0\n", within=180)
    here = subprocess.run([*command, "-c"], input=text, capture_output=True, check=True).stdout
    there = pair[HOME].succeed("md5sum </tmp/numbers.xz; rm /tmp/numbers*").split()[0]
    assert there == hashlib.md5(here, usedforsecurity=False).hexdigest()


def test_a_moved_xz_is_interrupted_from_its_terminal(pair, terminal):
    terminal.enter("xz -6eT1 </dev/zero >/dev/null")
    migrate(pair, pid_of(pair[HOME], "xz"))
    terminal.type(INTERRUPT)
    terminal.read(r"\^C.*% ")
    terminal.enter("echo ended $?")
    terminal.read("ended 130\n")


def test_a_moved_program_is_suspended_and_goes_on_at_its_terminal(pair, terminal):
    terminal.enter(PRINTING["awk"].line(0))
    terminal.read("\n *3 ")
    pid = pid_of(pair[HOME], PRINTING["awk"].process)
    migrate(pair, pid)
    terminal.type(SUSPEND)
    terminal.read(r"\^Z.*Stopped.*% ")
    assert pair[HOME].succeed(f"ps -o stat= -p {pid}").startswith("T")
    assert where(pair, pid) == pair.away
    shown = terminal.shown()
    terminal.enter("jobs")
    terminal.read("Stopped.*% ")
    assert not re.search(r"\n\d+ \d+\n", terminal.shown()[len(shown) :])
    terminal.enter("fg")
    terminal.read(r"\n\d+ \d+\n\d+ \d+\n")
    terminal.type(INTERRUPT)
    terminal.read(r"\^C.*% ")


def test_the_core_of_a_moved_program_is_at_home_and_has_what_it_did_away(pair, terminal):
    pair[HOME].succeed("echo /tmp/core.%p >/proc/sys/kernel/core_pattern")
    terminal.enter("ulimit -c unlimited")
    terminal.enter(PRINTING["python"].line(0))
    terminal.read("\n *3 ")
    pid = pid_of(pair[HOME], PRINTING["python"].process)
    migrate(pair, pid)
    terminal.read(r"\n\d+ \d+\n\d+ \d+\n")
    terminal.type(QUIT)
    last = re.findall(r"\n(\d+ \d+)", terminal.read(r"\^\\.*Quit.*core dumped.*% ").group())[-1]
    core = f"/tmp/core.{pid}"
    assert pair[HOME].succeed(f"head -c 4 {core} | tail -c 3") == "ELF"
    pair[HOME].succeed(f"grep -aq '{last}' {core} && rm {core}")
    terminal.enter("echo ended $?")
    terminal.read("ended 131\n")

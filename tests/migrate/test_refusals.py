# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot move says why, in the same words everywhere: in /proc/PID/cantmove,
by 'tess why', and as the error of 'tess migrate'. And who may move what."""
import json
from dataclasses import dataclass

import pytest
from cluster import cluster_of, drone, name_of, patience
from desk import as_user, migrate, where
from tools import BUILT, TOOLS, build, lay
from vmlab import images

pytestmark = pytest.mark.drones

HOME, AWAY, WEAK = 1, 2, 3
STAYS = 6  # exit status of tess
NO_CALL = "Function not implemented"
GUARDED = "it guards its memory by seals, or its clock"
PROCESSES = {  # of stubborn.c; what root has to do is ours, not the ordinary user's
    "traced": "a debugger is attached to it",
    "stopped": "it is stopped",
    "device": "it has a device in its memory",
    "shared": "it shares memory that can be written",
    "locked": "it has locked memory",
    "locked-later": "it has locked memory",
    "sealed": GUARDED,
    "no-new-code": GUARDED,
    "no-clock": GUARDED,
    "huge": "it uses reserved huge pages",
    "realtime": "it runs in a real-time class",
    "io_uring": "it uses io_uring",
    "aio": "it uses asynchronous I/O of the kernel",
    "seccomp": "its system calls are filtered by seccomp",
    "mm": "it shares its memory with another process",
    "userfaultfd": "it handles its own page faults",
    "threads": "it has too many threads",
    "mappings": "it has too many mappings",
    "timer": "it measures its own CPU time with a timer",
    "posix-timer": "it measures its own CPU time with a timer",
    "thread-timer": "it measures its own CPU time with a timer",
    "headless": "its first thread has ended",
    "32": "it is a 32-bit program",
}
FOR_ROOT = {"device", "huge", "realtime"}


@dataclass
class Refusal:
    reason: str  # as the kernel says it
    why: str
    status: int  # of tess migrate
    said: str


@pytest.fixture(scope="module")
def trio(tmp_path_factory):
    """Machine 3's CPU lacks what those of the others have."""
    build()
    root = tmp_path_factory.mktemp("stubborn")
    lay(root, BUILT / "stubborn", BUILT / "stubborn32", BUILT / "debugger")
    key = images.new_key()
    machines = [
        drone(key=key, cpus=2, mem=400, extra=str(root)),
        drone(key=key),
        drone(key=key, qemu=["-cpu", "max,-erms,-fsrm,-avx2"]),
    ]
    with cluster_of("refusals", machines) as cluster:
        numbers = cluster.settle([HOME, AWAY, WEAK], within=120)
        cluster.away, cluster.weak = numbers[name_of(AWAY)], numbers[name_of(WEAK)]
        # What is asked for by MAP_HUGETLB, and by an ordinary user's userfaultfd.
        cluster[HOME].succeed("echo 1 >/proc/sys/vm/nr_hugepages")
        yield cluster


@pytest.fixture
def start(trio):
    """Start a stubborn program; it ends with the test."""
    pids = []

    def run(what, root=False, by=""):
        name = "stubborn32" if what == "32" else f"stubborn {what}"
        log = trio[HOME].succeed("mktemp /tmp/stubborn-XXXXXX").strip()
        command = f"{by} {TOOLS}/{name} >{log} 2>&1 & echo $!"
        trio[HOME].succeed(f"chmod 666 {log}")
        status, said = (trio[HOME].execute(command) if root else as_user(trio[HOME], command))
        assert status == 0, said
        pids.append(int(said))
        ready = trio[HOME].wait(f"grep ready {log} || ! cat {log}", timeout=patience(30))
        pids.extend(int(pid) for pid in ready.split()[1:])
        return pids[-1]

    yield run
    for pid in set(pids):
        trio[HOME].execute(f"kill -9 {pid}; kill -CONT {pid}")


def refusal(trio, pid, target, root=False):
    """What is said of a process that shall move."""
    home = trio[HOME]
    run = home.execute if root else lambda command: as_user(home, command)
    status, said = run(f"tess migrate {pid} {target} 2>&1")
    return Refusal(
        home.succeed(f"cat /proc/{pid}/cantmove").strip(),
        run(f"tess why {pid}")[1],
        status,
        said.strip(),
    )


def is_told(trio, pid, target, words, root=False):
    told = refusal(trio, pid, target, root)
    assert told.reason == words
    assert words in told.why
    assert (told.status, told.said) == (STAYS, f"tess: PID {pid} stays: {words}")
    assert where(trio, pid) == 0


@pytest.mark.parametrize("what", PROCESSES)
def test_a_process_that_cannot_move_says_why(trio, start, what):
    root = what in FOR_ROOT
    pid = start(what, root)
    # Before anybody tried to move it, too.
    assert trio[HOME].succeed(f"cat /proc/{pid}/cantmove").strip() == PROCESSES[what]
    is_told(trio, pid, trio.away, PROCESSES[what], root)


@pytest.mark.parametrize("what", ["ports", "all-ports"])
def test_nobody_has_io_ports(trio, what):
    """Not even root: the kernel is built without. Who had some could not move."""
    said = trio[HOME].execute(f"{TOOLS}/stubborn {what} 2>&1")
    assert said == (1, f"{'iopl' if what == 'all-ports' else 'ioperm'}: {NO_CALL}\n")


@pytest.mark.parametrize(
    "pid, words",
    [(1, "it is the first process of its PID name space"), (2, "it is a kernel thread")],
)
def test_what_the_system_needs_does_not_move(trio, pid, words):
    is_told(trio, pid, trio.away, words, root=True)


def test_a_file_too_many_keeps_a_process_home(trio, start):
    pid = start("files")
    is_told(trio, pid, trio.away, "it has too many mappings")


def test_32_bit_code_of_a_64_bit_program_stays(trio, start):
    pid = start("32-bit-code")
    is_told(trio, pid, trio.away, "it is a 32-bit program")


def test_a_debugger_brings_a_process_home(trio, start):
    pid = start("nothing")
    migrate(trio, pid)
    command = f"mkfifo /tmp/hold && {{ {TOOLS}/debugger {pid} </tmp/hold >/tmp/seen 2>&1 & }}"
    trio[HOME].succeed(f"{command}; exec 9>/tmp/hold; sleep 600 & echo $! >/tmp/holder")
    trio[HOME].wait("grep . /tmp/seen", timeout=patience(30))
    assert trio[HOME].succeed("cat /tmp/seen") == "in call 34\n"  # pause()
    is_told(trio, pid, trio.away, "a debugger is attached to it")
    trio[HOME].succeed("kill $(cat /tmp/holder); rm /tmp/hold")
    trio[HOME].wait(f"grep 'TracerPid:.0' /proc/{pid}/status", timeout=patience(30))
    migrate(trio, pid)


def test_a_cpu_without_a_feature_takes_nobody(trio, start):
    pid = start("nothing")
    is_told(trio, pid, trio.weak, "the CPU there lacks a feature of this one")
    # There is another place for it.
    migrate(trio, pid)
    assert where(trio, pid) == trio.away


@pytest.mark.parametrize("level", ["v3", "v4"])
def test_a_level_of_the_cpu_does_not_help_who_may_use_what_is_missing(trio, start, level):
    pid = start("nothing", by=f"tess run --cpu-level {level}")
    is_told(trio, pid, trio.weak, "the CPU there lacks a feature of this one")


def test_who_keeps_to_a_lower_level_of_the_cpu_goes_further(trio, start):
    pid = start("nothing", by="tess run --cpu-level v2")
    migrate(trio, pid)
    # Its environment, and so its rules, cannot be read now.
    migrate(trio, pid, trio.weak)
    assert where(trio, pid) == trio.weak


@pytest.mark.parametrize("words", ["v2", "2 3", "2 v0", "2 v5", "2 v2 v2", "2 v2" + 20 * " "])
def test_a_level_that_is_none_moves_nobody(trio, start, words):
    pid = start("nothing")
    status, _ = as_user(trio[HOME], f"echo '{words}' >/proc/{pid}/goto")
    assert status != 0
    assert where(trio, pid) == 0


def test_there_is_no_such_node(trio, start):
    is_told(trio, start("nothing"), 4321, "there is no such node")


def test_home_is_no_other_node(trio, start):
    numbers = trio.settle([HOME, AWAY, WEAK])
    is_told(trio, start("nothing"), numbers[name_of(HOME)], "that node is this one")


def test_a_blocked_node_takes_nobody_until_it_is_unblocked(trio, start):
    pid = start("nothing")
    trio[AWAY].succeed("tess block")
    try:
        is_told(trio, pid, trio.away, "the node takes no guests now")
    finally:
        trio[AWAY].succeed("tess unblock")
    migrate(trio, pid)


def test_a_process_stays_as_long_as_its_user_wants(trio, start):
    pid = start("nothing")
    assert as_user(trio[HOME], f"tess stay {pid}") == (0, f"PID {pid} stays where it is\n")
    is_told(trio, pid, trio.away, "its user locked it")
    assert as_user(trio[HOME], f"tess free {pid}")[0] == 0
    # What held it is over.
    assert trio[HOME].succeed(f"cat /proc/{pid}/cantmove") == ""
    migrate(trio, pid)


def test_who_is_away_stays_there_if_it_cannot_go_on(trio, start):
    pid = start("nothing")
    migrate(trio, pid)
    for target, words in [
        (4321, "there is no such node"),
        (trio.weak, "the CPU there lacks a feature of this one"),
    ]:
        status, said = as_user(trio[HOME], f"tess migrate {pid} {target} 2>&1")
        assert (status, said.strip()) == (STAYS, f"tess: PID {pid} stays: {words}")
        assert where(trio, pid) == trio.away
    assert as_user(trio[HOME], f"tess stay {pid}")[0] == 0
    assert as_user(trio[HOME], f"tess migrate {pid} {trio.weak}")[0] == STAYS
    assert where(trio, pid) == trio.away


def test_the_number_of_its_home_is_home(trio, start):
    pid = start("nothing")
    migrate(trio, pid)
    migrate(trio, pid, trio.settle([HOME, AWAY, WEAK])[name_of(HOME)])
    assert where(trio, pid) == 0


def test_a_locked_process_comes_home(trio, start):
    pid = start("nothing")
    migrate(trio, pid)
    assert as_user(trio[HOME], f"tess stay {pid}")[0] == 0
    assert as_user(trio[HOME], f"tess bring {pid}")[0] == 0
    is_told(trio, pid, trio.away, "its user locked it")


def test_a_refusal_is_forgotten_once_it_moved(trio, start):
    pid = start("nothing")
    assert refusal(trio, pid, 4321).reason
    migrate(trio, pid)
    migrate(trio, pid, "home")
    assert trio[HOME].succeed(f"cat /proc/{pid}/cantmove") == ""
    assert json.loads(as_user(trio[HOME], f"tess why {pid} --json")[1])["can_move"]


def test_only_its_home_moves_a_guest(trio, start):
    pid = start("nothing")
    migrate(trio, pid)
    guest = int(trio[AWAY].succeed("cut -d' ' -f1 /proc/hpc/guests"))
    words = "it is a guest here: only its home can move it"
    assert trio[AWAY].succeed(f"cat /proc/{guest}/cantmove").strip() == words
    status, said = trio[AWAY].execute(f"tess migrate {guest} {trio.weak} 2>&1")
    assert (status, said.strip()) == (STAYS, f"tess: PID {guest} stays: {words}")
    status, said = trio[AWAY].execute(f"tess stay {guest} 2>&1")
    assert (status, said.strip()) == (STAYS, f"tess: PID {guest}: {words}")
    assert where(trio, pid) == trio.away


# --- who may ---

def as_nobody(node, command):
    """Somebody else than the processes' user; an ordinary one."""
    return node.execute(f"su nobody -s /bin/sh -c '{command}'")


def test_another_user_moves_and_locks_nothing(trio, start):
    pid = start("nothing")
    for command in [f"migrate {pid} {trio.away}", f"bring {pid}", f"stay {pid}", f"free {pid}"]:
        status, said = as_nobody(trio[HOME], f"tess {command} 2>&1")
        assert (status, "not yours" in said) == (1, True), (command, said)
    for name in ["goto", "lock"]:
        assert as_nobody(trio[HOME], f"echo 1 >/proc/{pid}/{name}")[0] != 0
    assert where(trio, pid) == 0
    assert trio[HOME].succeed(f"cat /proc/{pid}/lock") == "0\n"
    # But anybody sees where it is, as with ps(1).
    assert as_nobody(trio[HOME], f"cat /proc/{pid}/where /proc/{pid}/nmigs") == (0, "0\n0\n")


def test_who_could_move_a_process_cannot_once_it_is_roots(trio):
    """Its files were opened while it was his; then it executed a set-uid program."""
    bold, log, said = "/opt/bold", "/tmp/bold.log", "/tmp/bold.said"
    trio[HOME].succeed(f"cp {TOOLS}/stubborn {bold} && chmod 4755 {bold}")
    script = f"""sh -c '
        exec 8>/proc/$$/goto 9>/proc/$$/lock
        {{
            until grep -q ready {log}; do usleep 10000; done
            echo 1 >&9; echo lock $?; echo {trio.away} >&8; echo goto $?
        }} >{said} 2>/dev/null &
        exec {bold} nothing >{log} 2>&1' & echo $!"""
    pid = int(as_user(trio[HOME], script)[1])
    try:
        trio[HOME].wait(f"grep goto {said}", timeout=patience(30))
        assert trio[HOME].succeed(f"cat {said}") == "lock 1\ngoto 1\n"
        assert where(trio, pid) == 0
        assert trio[HOME].succeed(f"cat /proc/{pid}/lock") == "0\n"
    finally:
        trio[HOME].execute(f"kill -9 {pid}; rm -f {bold}")


def test_root_moves_everybodys(trio, start):
    pid = start("nothing")
    trio[HOME].succeed(f"tess migrate {pid} {trio.away}")
    assert where(trio, pid) == trio.away
    trio[HOME].succeed(f"tess bring {pid}")
    assert where(trio, pid) == 0


@pytest.mark.parametrize("command", ["expel", "block", "unblock", "bring --all"])
def test_only_root_rules_the_node(trio, command):
    status, said = as_user(trio[HOME], f"tess {command} 2>&1")
    assert (status, "only root may" in said) == (1, True), said


def test_nonsense_is_refused(trio, start):
    pid = start("nothing")
    for name in ["goto", "lock"]:
        for text in ["nonsense", "-1", "65536", "99999999999999999999", "1 2", ""]:
            status, _ = as_user(trio[HOME], f"printf '%s\\n' '{text}' >/proc/{pid}/{name}")
            assert status != 0, (name, text)
    assert where(trio, pid) == 0


# --- the last ones, since machine 3 does not come back ---


def test_a_dead_node_takes_nobody(trio, start):
    pid = start("nothing")
    trio[WEAK].kill()
    trio.wait_seen(name_of(WEAK), [HOME], ["down"], patience(40))
    is_told(trio, pid, trio.weak, "the node does not answer")

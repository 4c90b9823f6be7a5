# SPDX-License-Identifier: GPL-2.0-or-later
"""The two machines of the benchmark: programs run on home, and move to the host;
the same machines' plain TCP and CRIU do what can be compared."""
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cluster import Cluster, configure, name_of
from vmlab import images, paths
from vmlab.client import Lab, machine
from vmlab.errors import LabError

PROGRAMS = paths.BUILD / "bench/programs"
PORT = 9999
MEMORY = 1200  # a process of 256 MiB, its image in a file system in memory, the rest
JOB_WITHIN = 900  # an emulator whose host is busy
CATCH_UP_ROUNDS = 20  # of some seconds
# GNU parallel is a Perl script that asks for no more than perl-base has.
PERL_BASE = "/usr/lib/x86_64-linux-gnu/perl-base"
SSH = ("/usr/sbin/dropbear", "/usr/bin/dbclient", "/usr/bin/dropbearkey")
DUMP = "/tmp/dump"
TAKEN = "/tmp/taken"
IDLE = "/sys/fs/cgroup/idle"  # gets what nobody else wants


def put_with_libraries(program, root):
    """As it lies in the build root; what it needs, below /usr as in a drone."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for path in [program, *(word for word in said.split() if word.startswith("/"))]:
        target = Path(f"{root}/usr{path.removeprefix('/usr')}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


class Pair:
    """One processor each: there are two, and a machine that has both of them waits
    for the other one's turn, which is no time of ours or of the peer's."""

    def __init__(self, directory, balance=False, clocks=(None, None)):
        self.balance = balance
        self.clocks = clocks
        self.extra = Path(directory) / "extra"
        (self.extra / "opt").mkdir(parents=True)
        shutil.copytree(PROGRAMS, self.extra / "opt/bench")
        for name in ("configure.sh", "steps.mk"):
            shutil.copy(Path(__file__).with_name(name), self.extra / "opt/bench")
        (self.extra / "opt/bench/step").symlink_to("job")
        for program in ("/usr/sbin/criu", *SSH, "/usr/bin/perl", "/usr/bin/make"):
            put_with_libraries(program, self.extra)
        shutil.copy("/usr/bin/parallel", self.extra / "usr/bin")
        shutil.copytree(PERL_BASE, f"{self.extra}{PERL_BASE}")

    def __enter__(self):
        config = machine(key=images.new_key(), cpus=1, mem=MEMORY, extra=str(self.extra),
                         balance=self.balance)
        if self.steady:  # only an emulator counts instructions
            config["accel"] = "tcg"
        self.lab = Lab.start("bench", [{**config, "clock": clock} for clock in self.clocks])
        try:
            self.cluster = Cluster(self.lab)
            self.home, self.host = self.lab[1], self.lab[2]
            self.node = self.cluster.settle([1, 2], within=400)[name_of(2)]
            self.address = self.cluster.view(1)[name_of(2)]["address"]
            self.host.succeed(
                f"mkdir {TAKEN}; setsid /opt/bench/tcp serve {PORT} {TAKEN} "
                "</dev/null >/tmp/serve.log 2>&1 &"
            )
        except BaseException:
            self.lab.down()
            raise
        return self

    def __exit__(self, *_):
        self.lab.down()

    @property
    def steady(self):
        return "steady" in self.clocks

    def late(self):
        """Seconds by which the machines' clocks are behind this one, and some that
        they always are."""
        return [time.monotonic() - float(node.succeed("cut -d ' ' -f 1 /proc/uptime"))
                for node in (self.home, self.host)]

    def each(self, what):
        """Of home and of the host, at the same time."""
        with ThreadPoolExecutor() as threads:
            return list(threads.map(what, (self.home, self.host)))

    def never_idle(self):
        """A machine with a steady clock loses some 3 % while it is idle, and is then
        faster until it has caught up. No process may be wanted elsewhere for this."""
        self.each(lambda node: node.succeed(f"mkdir {IDLE} && echo 1 >{IDLE}/cpu.idle"))
        self.each(lambda node: node.succeed(
            f"sh -c 'echo $$ >{IDLE}/cgroup.procs; exec /opt/bench/busy 100' "
            "</dev/null >/dev/null 2>&1 &"))

    def catch_up(self):
        late = self.late()
        for _ in range(CATCH_UP_ROUNDS):
            self.each(lambda node: node.succeed("/opt/bench/job 10"))
            before, late = late, self.late()
            if all(now > was - 0.05 for was, now in zip(before, late)):
                return
        raise LabError("this host is too slow or too busy: the machines' clocks stay behind")

    @contextmanager
    def in_step(self, alone=None):
        """What is measured meanwhile is worth nothing if the steady machines that
        compute were not: this node, or both."""
        if not self.steady:
            yield
            return
        self.catch_up()
        before, begun = self.late(), time.monotonic()
        yield
        took = time.monotonic() - begun
        for node, was, now in zip((self.home, self.host), before, self.late()):
            # Not all have something to do until the end.
            if alone in (None, node) and abs(now - was) > took * 0.02 + 0.3:
                raise LabError(f"the clock of node {node.number} is off by {now - was:.1f} s "
                               f"after {took:.0f} s: this host is too slow or too busy")

    def complaints(self):
        return [line for node in self.lab.status()["nodes"] for line in node["trouble"]]

    def numbers(self, command, timeout=300, node=None):
        """What a program of the benchmark says."""
        said = (node or self.home).succeed(f"cd /opt/bench; ./{command}", timeout)
        try:
            return [int(word) for word in said.split()]
        except ValueError:
            raise LabError(f"'{command}' says:\n{said}") from None

    def tcp(self, what, size):
        """ping or bulk: nanoseconds."""
        return self.numbers(f"tcp {what} {self.address} {PORT} {size}")[0]

    def moved(self, how, *program):
        """A program is moved to the host, in one of the ways of mover."""
        words = " ".join(map(str, program))
        return self.numbers(f"mover {how} {self.node} ./{words}")

    def job(self, rounds, move_after_ms=None, node=None):
        """Nanoseconds of it, at home or on this node, or moved from home to the host."""
        to, after = (0, 0) if move_after_ms is None else (self.node, move_after_ms)
        with self.in_step(node):
            return self.numbers(f"mover job {to} {after} ./job {rounds}", JOB_WITHIN, node)[0]

    def crowd(self, how, *program, node=None):
        """The ordinary user's programs, started at home and for both nodes, or for
        this one alone: nanoseconds until all have ended."""
        words = " ".join(map(str, (how, *program)))
        with self.in_step(node):
            return self.numbers(f"crowd {words}", JOB_WITHIN, node)[0]

    def parallel_ready(self):
        """Keys and a host list, as GNU parallel needs them."""
        said = self.home.succeed("mkdir -p /root/.ssh && cd /root/.ssh && rm -f id_dropbear && "
                                 "dropbearkey -t ed25519 -f id_dropbear")
        public = next(line for line in said.splitlines() if line.startswith("ssh-ed25519"))
        self.host.succeed(
            f"mkdir -p /root/.ssh /etc/dropbear && echo '{public}' >/root/.ssh/authorized_keys && "
            "chmod 700 /root /root/.ssh && dropbear -R -E 2>/tmp/dropbear.log"
        )
        self.home.succeed(f"echo '{self.address} other' >>/etc/hosts")
        # The host makes its key for the first caller.
        self.home.succeed("HOME=/root dbclient -y -y other true", timeout=120)

    def parallel(self, jobs, *program):
        """GNU parallel runs half of them here and half there: nanoseconds. As root,
        whose processes Tessera leaves alone."""
        words = " ".join(map(str, program))
        each = " ".join(map(str, range(jobs)))
        with self.in_step():
            return self.numbers(
                "mover time env HOME=/root SHELL=/bin/sh parallel --will-cite "
                f"-j{jobs // 2} -S :,other --ssh 'dbclient -y -y' -N0 "
                f"'/opt/bench/{words} >/dev/null' ::: {each} 2>/tmp/log || cat /tmp/log",
                JOB_WITHIN)[0]

    def balance_at_home(self, on):
        """Home's agent decides, or leaves all where it is."""
        configure(self.home, f"balance = {'on' if on else 'off'}")

    def criu_ready(self):
        """It looks at the kernel once, and remembers."""
        for node in (self.home, self.host):
            node.execute("criu check", timeout=120)

    def criu(self, pid, *program):
        """Dump, copy, restore: nanoseconds each. No other process may have the PID
        on the host."""
        words = " ".join(map(str, program))
        self.home.succeed(f"rm -rf {DUMP}; mkdir {DUMP}; echo {pid} >/proc/sys/kernel/ns_last_pid")
        self.host.succeed(f"rm -f {TAKEN}/*")
        pid = self.numbers(f"mover hold ./{words} alone")[0]
        dump = self.numbers(
            f"mover time criu dump -t {pid} -D {DUMP} --manage-cgroups=ignore -o log")[0]
        copy = self.numbers(f"tcp files {self.address} {PORT} {DUMP}")[0]
        restore = self.numbers(
            f"mover time criu restore -d -D {TAKEN} --manage-cgroups=ignore -o log",
            node=self.host)[0]
        self.host.succeed(f"kill -0 {pid} && kill -9 {pid}")
        return dump, copy, restore

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person has: programs as Debian ships them, and a terminal of machine 1
with a shell in it, at which one types and reads. terminal.c is the terminal."""
import base64
import contextlib
import re
import shutil
import subprocess
from pathlib import Path

from cluster import DEBUG, cluster_of, drone, eventually, name_of, patience
from tools import BUILT, HERE, TOOLS, build, lay
from vmlab import images

USER = "tessera"
PROGRAMS = ["bash", "bc", "mawk", "pgrep", "ps", "python3.13", "xz"]
PYTHON = "libpython3.13-minimal"  # its modules
INTERRUPT, END, QUIT, SUSPEND = "\x03", "\x04", "\x1c", "\x1a"


def install(source, root):
    """A file of the build root under its own name; /lib is /usr/lib."""
    name = re.sub("^/(lib|lib64|bin)/", r"/usr/\1/", str(source))
    target = Path(str(root) + name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def install_programs(root):
    """PROGRAMS with their libraries and loader, and what we have built ourselves."""
    names = [f"/usr/bin/{program}" for program in PROGRAMS] + [str(BUILT / "tally")]
    listed = subprocess.run(["ldd", *names], capture_output=True, text=True, check=True).stdout
    modules = subprocess.run(["dpkg", "-L", PYTHON], capture_output=True, text=True, check=True)
    names = names[:-1] + re.findall(r"(/\S+) \(0x", listed)
    names += [name for name in modules.stdout.split() if name.endswith(".py")]
    for name in names:
        install(name, root)
    # Where it would look for modules in machine code, of which it needs none.
    (Path(root) / "usr/lib/python3.13/lib-dynload").mkdir()
    lay(root, BUILT / "terminal", BUILT / "tally")


@contextlib.contextmanager
def desk(name, root):
    """Machine 1 has the programs. What runs on machine 2 comes from machine 1."""
    build()
    install_programs(root)
    lay(root, *(HERE / "real").glob("loop.*"))
    key = images.new_key()
    home = drone(key=key, cpus=2, mem=1600 if DEBUG else 700, extra=str(root))
    away = drone(key=key, cpus=2)
    with cluster_of(name, [home, away]) as cluster:
        cluster.away = cluster.settle([1, 2], within=120)[name_of(2)]
        yield cluster


@contextlib.contextmanager
def terminal_of(cluster):
    """A terminal; in the end nothing of its user is left, neither here nor there."""
    terminal = Terminal(cluster[1])
    yield terminal
    terminal.close()
    # A shell that finds its terminal gone does not always tell its jobs.
    cluster[1].execute(f"pkill -HUP -u {USER}")
    cluster[1].wait("! pgrep -u tessera", timeout=patience(20))
    cluster[2].wait("! grep . /proc/hpc/guests", timeout=patience(20))


def as_user(node, command, timeout=60):
    """(status, output) of a command of an ordinary user."""
    text = base64.b64encode(command.encode()).decode()
    return node.execute(f"su {USER} -c 'echo {text} | base64 -d | sh'", timeout)


def migrate(cluster, pid, target="away"):
    """By its user; it is there when this returns. A cluster of these tests has a
    place called away: the number of machine 2."""
    target = cluster.away if target == "away" else target
    status, said = as_user(cluster[1], f"tess migrate {pid} {target} 2>&1")
    assert status == 0, said


def where(cluster, pid):
    return int(cluster[1].succeed(f"cat /proc/{pid}/where"))


class Terminal:
    """A shell of the ordinary user. What was read is not read again."""

    def __init__(self, node):
        self.node = node
        self.dir = node.succeed("mktemp -u /run/terminal-XXXXXX").strip()
        self.at = 0
        shell = "/usr/bin/bash --norc --noprofile --noediting -i"
        node.succeed(
            f"PS1='% ' setsid {TOOLS}/terminal {self.dir} {shell} >{self.dir}.log 2>&1 &"
            f"echo $! >{self.dir}.pid"
        )
        self.read("% ")

    def shown(self):
        """All that has appeared since it was new."""
        # By a pipe: base64 would pad in the middle of a file that grows meanwhile.
        files = f"{self.dir}/out || cat {self.dir}.log"
        text = self.node.succeed(f"{{ cat {files}; }} 2>/dev/null | base64")
        shown = base64.b64decode(text.replace("\n", ""), validate=True)
        # Bytes that are no text are shown by whatever compares them.
        return shown.decode(errors="backslashreplace").replace("\r\n", "\n")

    def type(self, text):
        octal = "".join(f"\\{byte:03o}" for byte in text.encode())
        self.node.succeed(f"printf '{octal}' >{self.dir}/in")

    def enter(self, line):
        """A line for the shell; the prompt and its echo are passed over."""
        self.type(line + "\n")
        self.read(re.escape(line) + "\n")

    def read(self, pattern, within=60):
        """Until this appears; returns the match, whose group 0 begins at what was
        not read yet."""

        def found():
            text = self.shown()
            match = re.compile(f"(?s)(.*?)({pattern})").match(text, self.at)
            assert match, f"no '{pattern}' in:\n{text[self.at:]}"
            return match

        match = eventually(found, patience(within))
        self.at = match.end()
        return match

    def close(self):
        """The terminal is gone: everybody on it is told."""
        self.node.succeed(f"kill $(cat {self.dir}.pid)")

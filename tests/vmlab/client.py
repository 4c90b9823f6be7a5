# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests and tests/lab use: a lab and its nodes as objects.

    with Lab.start("mine", [machine()] * 3) as lab:
        lab[1].wait("tess status")
        print(lab[2].succeed("uname -r"))

A lab that was started here ends with this process, unless it is detached."""
import base64
import fcntl
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

from vmlab import accel, errors, images, paths, supervisor
from vmlab.errors import LabError

# Everything takes so many times as long as usual (a debug kernel).
SLOW = float(os.environ.get("LAB_SLOW", "1"))
IMAGE_DIR = Path(os.environ.get("LAB_IMAGE") or paths.BUILD / "drone")
ISO = paths.BUILD / "tessera-amd64.iso"


def machine(source="drone", **options):
    """What a machine is made of; the options are those of 'tests/lab up'."""
    config = {
        "source": source, "uefi": False, "mem": 0, "cpus": 1, "speed": 100, "nics": 1,
        "key": None, "stamp_key": False, "extra": None, "append": "", "name": None, "qemu": [],
        "balance": False,  # tests say what moves, and when
        "image_dir": str(IMAGE_DIR), "iso": str(ISO), "accel": None,
        "clock": "own" if SLOW > 1 else None,
    }
    unknown = set(options) - set(config)
    if unknown:
        raise TypeError(f"machine: unknown options {sorted(unknown)}")
    config.update(options)
    config["image_dir"], config["iso"] = str(config["image_dir"]), str(config["iso"])
    images.check(config)
    kernel = Path(config["image_dir"], "vmlinuz")
    config["accel"] = accel.best(kernel if kernel.exists() else paths.BUILD / "kernel/vmlinuz")
    return config


class Busy(Exception):
    """A lab of that name is alive."""


def lock(name):
    """The lock that a living lab holds, as an open file. It tells a lab that is
    starting from the rubbish of a dead one."""
    path = paths.RUN / f"{name}.lock"
    paths.make_run()
    while True:
        held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_ino == os.stat(path).st_ino:
                return held
        except BlockingIOError:
            os.close(held)
            raise Busy from None
        except FileNotFoundError:
            pass
        os.close(held)  # a lab that ended has just removed it


def labs():
    """Names of the labs that are running."""
    names = sorted(path.parent.name for path in paths.RUN.glob("*/ctl"))
    return [name for name in names if Lab(name).alive()]


class Lab:
    def __init__(self, name="lab"):
        self.name = name
        self._process = self._lifeline = None

    @classmethod
    def start(cls, name, machines, dhcp=True, advertise=False):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
            raise LabError(f"'{name}' is no good name for a lab: letters, digits, - and _")
        self = cls(name)
        try:
            held = lock(name)
        except Busy:
            raise LabError(f"lab {name} is running: 'tests/lab down', or --name another") from None
        try:
            run_dir, log_dir = paths.run_dir(name), paths.log_dir(name)
            shutil.rmtree(run_dir, ignore_errors=True)
            shutil.rmtree(log_dir, ignore_errors=True)
            run_dir.mkdir()
            log_dir.mkdir(parents=True)
            config = {
                "name": name,
                "machines": machines,
                "segments": max([m["nics"] for m in machines], default=1),
                "dhcp": dhcp,
                "advertise": advertise,
            }
            self._process, self._lifeline = supervisor.spawn(config, held)
        finally:
            os.close(held)
        return self

    def detach(self):
        """Let the lab live on when this process ends."""
        os.write(self._lifeline, b"detach")
        os.close(self._lifeline)
        self._lifeline = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    def __getitem__(self, number):
        return Node(self, number)

    @property
    def nodes(self):
        return [self[entry["node"]] for entry in self.status()["nodes"]]

    @property
    def log_dir(self):
        return paths.log_dir(self.name)

    def request(self, op, allow=30, **arguments):
        """Ask the supervisor; allow is how long the answer may take."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(allow)
            try:
                connection.connect(str(paths.run_dir(self.name) / "ctl"))
            except OSError:
                raise LabError(
                    f"lab {self.name} is not running: 'tests/lab up' starts it"
                ) from None
            stream = connection.makefile("rw")
            try:
                stream.write(json.dumps({"op": op, **arguments}) + "\n")
                stream.flush()
                line = stream.readline()
            except TimeoutError:
                raise LabError(f"lab {self.name} did not answer '{op}' within {allow} s") from None
            except OSError:
                line = ""
        if not line:
            raise LabError(f"lab {self.name} ended during '{op}'")
        reply = json.loads(line)
        if not reply.pop("ok"):
            raise getattr(errors, reply["kind"], LabError)(reply["error"])
        return reply

    def alive(self):
        try:
            self.status()
        except LabError:
            return False
        return True

    def status(self):
        return self.request("status")

    def add(self, config):
        return self[self.request("add", machine=config, allow=180)["node"]]

    def down(self):
        """End everything; returns when nothing is left."""
        try:
            self.request("down")
        except LabError:
            pass
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._process:
            self._process.wait(30)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                os.close(lock(self.name))
                (paths.RUN / f"{self.name}.lock").unlink(missing_ok=True)
                shutil.rmtree(paths.run_dir(self.name), ignore_errors=True)
                return
            except Busy:
                time.sleep(0.05)
        raise LabError(f"lab {self.name} does not end")

    def inside(self, command):
        """A command line that runs a program in the lab's network, beside the
        virtual machines; it ends with the lab."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(paths.run_dir(self.name) / "ctl"))
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        supervisor_pid = struct.unpack("3i", peer)[0]
        return ["nsenter", "-t", str(supervisor_pid), "-n", "-p", "--", *map(str, command)]

    def run(self, command, timeout=60, **options):
        """Run a program in the lab's network; raises when it fails."""
        options = {"stdin": subprocess.DEVNULL, "text": True, **options}
        done = subprocess.run(
            self.inside(command), timeout=timeout, capture_output=True, check=False, **options
        )
        if done.returncode:
            raise LabError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def spawn(self, command, **options):
        """Start a program in the lab's network."""
        return subprocess.Popen(self.inside(command), **options)


class Node:
    """One machine of a lab, as a test speaks of it."""

    def __init__(self, lab, number):
        self.lab = lab
        self.number = number

    def __repr__(self):
        return f"node {self.number}"

    @property
    def log(self):
        return self.lab.log_dir / f"node{self.number}.log"

    def _ask(self, op, allow=30, **arguments):
        return self.lab.request(op, allow=allow, node=self.number, **arguments)

    def status(self):
        return next(n for n in self.lab.status()["nodes"] if n["node"] == self.number)

    def execute(self, command, timeout=60, patience=60):
        """(status, output) of a shell command run as root."""
        allow = timeout + patience + 240
        reply = self._ask("sh", allow, command=command, timeout=timeout, patience=patience)
        return reply["status"], reply["output"]

    def succeed(self, command, timeout=60):
        status, output = self.execute(command, timeout)
        if status:
            raise LabError(f"{self}: '{command}' ended with {status}:\n{output}")
        return output

    def fail(self, command, timeout=60):
        status, output = self.execute(command, timeout)
        if status == 0:
            raise LabError(f"{self}: '{command}' should have failed:\n{output}")
        return output

    def wait(self, command, timeout=60, interval=0.5):
        """Until the command succeeds; fails early when the machine has crashed."""
        return self._ask(
            "wait", timeout + 300, command=command, timeout=timeout, interval=interval * SLOW
        )["output"]

    def wait_shell(self, timeout=120):
        return self.wait("true", timeout)

    def json(self, command, timeout=60):
        return json.loads(self.succeed(command, timeout))

    def start(self):
        self._ask("start", 180)

    def kill(self):
        self._ask("kill")

    def reset(self):
        self._ask("reset")

    def button(self, timeout=0):
        """Press the power button; with a timeout, wait until the machine is off."""
        return self._ask("button", timeout + 30, timeout=timeout)

    def wait_off(self, timeout=60):
        return self._ask("wait_off", timeout + 30, timeout=timeout)["reason"]

    def link(self, up, nic=None):
        self._ask("link", up=up, nic=nic)

    def cut(self, nic=None):
        self._ask("cut", nic=nic)

    def heal(self, nic=None):
        self._ask("heal", nic=nic)

    def screen(self, path):
        """A picture of the display, PNG."""
        picture = paths.run_dir(self.lab.name) / f"{self.number}.png"
        self._ask("screen", path=str(picture))
        shutil.move(picture, path)

    def type(self, text):
        """Keys on the serial console."""
        self._ask("type", text=text)

    def read(self, pattern, timeout=60):
        """Until the serial console has said something that matches."""
        return self._ask("read", timeout + 30, pattern=pattern, timeout=timeout)["match"]

    def push(self, source, target):
        """Copy a small file into the machine."""
        text = base64.b64encode(Path(source).read_bytes()).decode()
        mode = oct(os.stat(source).st_mode & 0o777)[2:]
        self.succeed(f"echo {text} | base64 -d >{target} && chmod {mode} {target}")

# SPDX-License-Identifier: GPL-2.0-or-later
"""One virtual machine: a QEMU process, its console, command channel and NICs.

    off --start--> on --kill, power off, crash--> off"""
import select
import signal
import socket
import subprocess
import threading
import time

from vmlab import accel, images, paths
from vmlab.console import Console
from vmlab.errors import GuestCrash, LabError
from vmlab.qmp import Qmp
from vmlab.segment import mac
from vmlab.serial import Serial

DEFAULT_MEMORY = {"drone": 384, "iso": 1024, "usb": 1024, "pxe": 512}
CONNECT_WITHIN = 60
SO_SNDBUFFORCE = 32  # the socket module does not know it
SEND_BUFFER = 1 << 29
TURN = 0.02  # seconds in which a slow machine runs and stands still


class Machine:
    def __init__(self, config, segments, run_dir, log_dir, event):
        self.config = config
        self.node = config["node"]
        self.segments = segments[: config["nics"]]
        self.run_dir = run_dir
        self.log_dir = log_dir
        self.event = event
        self.console = Console()
        self.serial = Serial(log_dir / f"node{self.node}.log")
        self.qmp = None
        self.process = None
        self.started = 0.0
        self.why_off = "not started"
        self.cut_nics = set()
        self._ended = threading.Event()

    @property
    def on(self):
        return self.process is not None

    def tap(self, nic):
        return f"tap{self.node}n{nic}"

    def path(self, what):
        return self.run_dir / f"{self.node}.{what}"

    def start(self):
        if self.on:
            raise LabError(f"node {self.node} is on already")
        for nic, segment in enumerate(self.segments):
            segment.plug(self.tap(nic))
        self.cut_nics.clear()
        listeners = {}
        for what in ("serial", "qmp"):
            self.path(what).unlink(missing_ok=True)
            listeners[what] = socket.socket(socket.AF_UNIX)
            listeners[what].bind(str(self.path(what)))
            listeners[what].listen(1)
        self.path("hvc1").unlink(missing_ok=True)
        channel, qemu_end = self._channel()
        command = self._command(qemu_end.fileno())
        errors = open(self.log_dir / f"node{self.node}.qemu.log", "ab")
        self.event(f"node {self.node}: {' '.join(command)}")
        with errors, qemu_end:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                pass_fds=[qemu_end.fileno()],
            )
        self.started = time.monotonic()
        self.why_off = ""
        self._ended.clear()
        threading.Thread(target=self._reap, args=(self.process,), daemon=True).start()
        if self.config["speed"] < 100:
            threading.Thread(target=self._slow_down, args=(self.process,), daemon=True).start()
        try:
            accepted = {what: self._accept(listeners[what]) for what in listeners}
        except LabError:
            self.kill()
            raise
        finally:
            for listener in listeners.values():
                listener.close()
        self.serial.attach(accepted["serial"])
        self.console.attach(channel)
        self.qmp = Qmp(accepted["qmp"], self._on_qmp_event)
        self.event(f"node {self.node}: power on")

    @staticmethod
    def _channel():
        """The command channel's two ends. QEMU drops what a virtio console says
        while its socket is full, and the guest sends 16 bytes at a time, each of
        which counts as hundreds: so the buffer must be huge."""
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER)
        return ours, theirs

    def _accept(self, listener):
        if not select.select([listener], [], [], CONNECT_WITHIN)[0]:
            raise LabError(f"node {self.node}: QEMU did not start\n{self.qemu_errors()}")
        return listener.accept()[0]

    def _command(self, channel):
        config = self.config
        memory = config["mem"] or DEFAULT_MEMORY[config["source"]]
        command = [
            accel.QEMU, "-name", f"node{self.node}", "-nodefaults", "-no-user-config",
            "-machine", "q35", *accel.cpu(config["accel"], config["clock"]),
            "-m", str(memory), "-smp", str(config["cpus"]),
            "-display", "none", "-vga", "std",
            "-smbios", f"type=1,manufacturer=Tessera,product=Lab,serial={self.node}",
            "-chardev", f"socket,id=serial,path={self.path('serial')}",
            "-serial", "chardev:serial",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=hvc0,fd={channel}",
            "-device", "virtconsole,chardev=hvc0",
            "-chardev", f"socket,id=hvc1,path={self.path('hvc1')},server=on,wait=off",
            "-device", "virtconsole,chardev=hvc1",
            "-chardev", f"socket,id=qmp,path={self.path('qmp')}",
            "-mon", "chardev=qmp,mode=control",
            "-device", "virtio-rng-pci",
        ]
        rom = "" if config["source"] == "pxe" else ",romfile="
        for nic in range(len(self.segments)):
            command += [
                "-netdev", f"tap,id=net{nic},ifname={self.tap(nic)},script=no,downscript=no",
                "-device",
                f"virtio-net-pci,id=nic{nic},netdev=net{nic},mac={mac(self.node, nic)}{rom}",
            ]
        return command + images.boot_arguments(config, self.run_dir) + config["qemu"]

    def _reap(self, process):
        status = process.wait()
        if self.qmp:  # its last event may say why
            self.qmp.join(5)
        if not self.why_off:
            self.why_off = "powered off" if status == 0 else f"QEMU ended with status {status}"
        self.process = None
        self.console.detach()
        self.event(f"node {self.node}: off ({self.why_off})")
        self._ended.set()

    def _slow_down(self, process):
        runs = TURN * self.config["speed"] / 100
        while not self._ended.wait(runs):
            process.send_signal(signal.SIGSTOP)
            self._ended.wait(TURN - runs)
            process.send_signal(signal.SIGCONT)

    def _on_qmp_event(self, name, data):
        if name == "RESET":
            self.console.reset()
            self.event(f"node {self.node}: reset")
        elif name == "SHUTDOWN" and not self.why_off:
            self.why_off = {"guest-shutdown": "powered off by its system"}.get(
                data.get("reason"), str(data.get("reason"))
            )

    def require_on(self):
        if not self.on:
            raise LabError(f"node {self.node} is off ({self.why_off}){self.last_words()}")

    def check(self):
        """Raise when the machine is off or its kernel has complained."""
        if self.serial.trouble:
            found = "\n".join(self.serial.trouble[:5])
            raise GuestCrash(
                f"node {self.node}: its kernel complains:\n{found}{self.last_words()}"
            )
        self.require_on()

    def last_words(self):
        lines = "\n".join(f"  | {line}" for line in self.serial.tail())
        where = paths.shown(self.serial.log_path)
        return f"; the end of {where}:\n{lines}" if lines.strip(" |") else ""

    def qemu_errors(self):
        log = self.log_dir / f"node{self.node}.qemu.log"
        return log.read_text(errors="replace")[-2000:]

    def kill(self):
        """The power fails."""
        process = self.process
        if process:
            self.why_off = "killed"
            process.kill()
            self._ended.wait(10)

    def wait_off(self, timeout):
        """Whether the machine went off within the time."""
        return self._ended.wait(timeout) if self.on else True

    def button(self):
        self.require_on()
        self.qmp.command("system_powerdown")
        self.event(f"node {self.node}: power button")

    def reset(self):
        self.require_on()
        self.qmp.command("system_reset")

    def set_link(self, up, nic=None):
        """The cable: unlike cut, the guest sees its carrier go."""
        self.require_on()
        for index in self._nics(nic):
            self.qmp.command("set_link", name=f"nic{index}", up=up)
        self.event(f"node {self.node}: link {'up' if up else 'down'}")

    def cut(self, nic=None):
        for index in self._nics(nic):
            self.segments[index].cut(self.tap(index))
            self.cut_nics.add(index)
        self.event(f"node {self.node}: network cut")

    def heal(self, nic=None):
        for index in self._nics(nic):
            self.segments[index].heal(self.tap(index))
            self.cut_nics.discard(index)
        self.event(f"node {self.node}: network healed")

    def _nics(self, nic):
        if nic is None:
            return list(range(len(self.segments)))
        if not 0 <= nic < len(self.segments):
            raise LabError(f"node {self.node} has no NIC {nic}")
        return [nic]

    def screen(self, path):
        self.require_on()
        self.qmp.command("screendump", filename=str(path), format="png")

    def status(self):
        config = self.config
        return {
            "node": self.node,
            "state": "on" if self.on else "off",
            "reason": self.why_off,
            "from": config["source"],
            "accel": config["accel"],
            "shell": self.console.answered,
            "cut": sorted(self.cut_nics),
            "uptime": round(time.monotonic() - self.started, 1) if self.on else 0,
            "trouble": self.serial.trouble,
            "log": paths.shown(self.serial.log_path),
            "macs": [mac(self.node, nic) for nic in range(len(self.segments))],
            "pid": self.process.pid if self.process else 0,
        }

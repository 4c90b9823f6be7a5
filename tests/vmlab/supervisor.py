# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that owns a lab. It is the first one of a PID namespace of its
own, beside a network and a mount namespace: when it goes, however it goes, the
kernel ends every QEMU and takes down every bridge and tap.

    tests/lab up ──lifeline pipe──┐
                    guardian: makes the namespaces, waits, sweeps the sockets away
                       └─ supervisor (PID 1): machines, segments, control socket

The lifeline: if the caller dies before it has written 'detach', the lab ends."""
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

from vmlab import paths
from vmlab.errors import LabError, NoAnswer
from vmlab.machine import Machine
from vmlab.segment import Segment

PR_SET_PDEATHSIG = 1


class Lab:
    def __init__(self, config):
        self.config = config
        self.name = config["name"]
        self.run_dir = paths.run_dir(self.name)
        self.log_dir = paths.log_dir(self.name)
        self.since = time.monotonic()
        self.machines = {}
        self.segments = []
        self.over = threading.Event()
        self._log = open(self.log_dir / "lab.log", "a", buffering=1)
        self._adding = threading.Lock()  # guards machines against two adds at once

    def event(self, text):
        self._log.write(f"{time.monotonic() - self.since:9.3f} {text}\n")

    def create(self):
        for number in range(self.config["segments"]):
            segment = Segment(number)
            segment.create()
            if self.config["dhcp"]:
                segment.serve_dhcp(self.run_dir, self._log, self.config["advertise"])
            self.segments.append(segment)
        for machine in self.config["machines"]:
            self.add(machine)

    def add(self, config):
        with self._adding:
            node = config.get("node") or max(self.machines, default=0) + 1
            if node in self.machines:
                raise LabError(f"there is a node {node} already")
            config = dict(config, node=node)
            machine = Machine(config, self.segments, self.run_dir, self.log_dir, self.event)
            self.machines[node] = machine
        machine.start()
        return machine

    def machine(self, request):
        try:
            return self.machines[request["node"]]
        except KeyError:
            known = ", ".join(map(str, sorted(self.machines))) or "none"
            raise LabError(
                f"no node {request['node']} in lab {self.name} (nodes: {known})"
            ) from None

    # What the control socket can ask for; each op_NAME gets the request and
    # returns what is sent back.

    def op_status(self, request):
        return {
            "name": self.name,
            "dhcp": self.config["dhcp"],
            "uptime": round(time.monotonic() - self.since, 1),
            "nodes": [m.status() for _, m in sorted(self.machines.items())],
        }

    def op_sh(self, request):
        machine = self.machine(request)
        machine.require_on()
        try:
            status, output = machine.console.execute(
                request["command"], request.get("timeout", 60), request.get("patience", 60)
            )
        except NoAnswer:
            machine.check()
            raise
        return {"status": status, "output": output}

    def op_wait(self, request):
        """Until a command succeeds; the last output on failure."""
        machine = self.machine(request)
        deadline = time.monotonic() + request["timeout"]
        status, output = None, ""
        while (left := deadline - time.monotonic()) > 0:
            machine.check()
            begun = time.monotonic()
            try:
                status, output = machine.console.execute(
                    request["command"], int(min(left, 60)) + 1, left
                )
                if status == 0:
                    machine.check()
                    return {"status": 0, "output": output}
            except NoAnswer as error:
                output = str(error)
            # Poll gently: guests share few CPUs. Ends early with the lab.
            rest = request.get("interval", 0.5) - (time.monotonic() - begun)
            if rest > 0 and self.over.wait(min(rest, left)):
                break
        machine.check()
        raise LabError(
            f"node {machine.node}: not within {request['timeout']} s: {request['command']}\n"
            f"last status {status}, output:\n{output[-3000:]}"
        )

    def op_add(self, request):
        return {"node": self.add(request["machine"]).node}

    def op_start(self, request):
        self.machine(request).start()
        return {}

    def op_kill(self, request):
        self.machine(request).kill()
        return {}

    def op_button(self, request):
        machine = self.machine(request)
        machine.button()
        if request.get("timeout") and not machine.wait_off(request["timeout"]):
            raise LabError(
                f"node {machine.node} is still on {request['timeout']} s after its power "
                f"button{machine.last_words()}"
            )
        return {"reason": machine.why_off}

    def op_wait_off(self, request):
        machine = self.machine(request)
        if not machine.wait_off(request["timeout"]):
            raise LabError(f"node {machine.node} is still on{machine.last_words()}")
        return {"reason": machine.why_off}

    def op_reset(self, request):
        self.machine(request).reset()
        return {}

    def op_link(self, request):
        self.machine(request).set_link(request["up"], request.get("nic"))
        return {}

    def op_cut(self, request):
        self.machine(request).cut(request.get("nic"))
        return {}

    def op_heal(self, request):
        self.machine(request).heal(request.get("nic"))
        return {}

    def op_screen(self, request):
        self.machine(request).screen(request["path"])
        return {}

    def op_type(self, request):
        machine = self.machine(request)
        machine.require_on()
        machine.serial.send(request["text"])
        return {}

    def op_read(self, request):
        """Until the serial console has said something."""
        machine = self.machine(request)
        found = machine.serial.wait_for(request["pattern"], request["timeout"])
        if not found:
            machine.check()
            raise LabError(
                f"node {machine.node} did not say /{request['pattern']}/ within "
                f"{request['timeout']} s{machine.last_words()}"
            )
        return {"match": found.group(0), "groups": list(found.groups())}

    def op_down(self, request):
        self.over.set()
        return {}

    def answer(self, request):
        operation = getattr(self, f"op_{request.get('op')}", None)
        if operation is None:
            raise LabError(f"unknown request {request.get('op')}")
        return operation(request)

    def serve(self, connection):
        with connection, connection.makefile("rw") as stream:
            try:
                reply = {"ok": True, **self.answer(json.loads(stream.readline()))}
            except LabError as error:
                reply = {"ok": False, "error": str(error), "kind": type(error).__name__}
            except Exception:  # a bug of the lab: say it to the caller, live on
                trace = traceback.format_exc()
                self._log.write(trace)
                reply = {"ok": False, "error": trace, "kind": "LabError"}
            try:
                stream.write(json.dumps(reply) + "\n")
                stream.flush()
            except OSError:
                pass  # the caller has gone

    def listen(self):
        listener = socket.socket(socket.AF_UNIX)
        path = self.run_dir / "ctl"
        listener.bind(str(path))
        listener.listen(64)

        def accept():
            while True:
                connection = listener.accept()[0]
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def hold_lifeline(self):
        def read():
            if os.read(0, 16) != b"detach":
                self.event("the caller has gone")
                self.over.set()

        threading.Thread(target=read, daemon=True).start()


def supervise(config):
    """The life of PID 1 of a lab."""
    lab = Lab(config)
    signal.signal(signal.SIGTERM, lambda *_: lab.over.set())
    lab.hold_lifeline()
    try:
        lab.create()
        lab.listen()
    except (LabError, OSError, subprocess.CalledProcessError) as error:
        lab.event(f"failed: {error}")
        print(f"error {json.dumps(str(error))}", flush=True)
        return 1
    print("ready", flush=True)
    lab.over.wait()
    lab.event("down")
    return 0


def guard(config):
    """Make the namespaces, start the supervisor in them, sweep up after it."""
    run_dir = paths.run_dir(config["name"])
    log_dir = paths.log_dir(config["name"])
    os.setsid()  # Ctrl-C is the caller's business
    os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS | os.CLONE_NEWPID)
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        status = 1
        try:
            for command in (
                "mount --make-rprivate /",
                "mount -t proc proc /proc",
                "ip link set lo up",
            ):
                subprocess.run(command.split(), check=True)
            status = supervise(config)
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    # The supervisor alone holds the lifeline and the caller's pipe now.
    nothing = os.open("/dev/null", os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = os.waitpid(child, 0)[1]
    shutil.rmtree(run_dir, ignore_errors=True)
    run_dir.with_suffix(".lock").unlink(missing_ok=True)
    if os.waitstatus_to_exitcode(status) < 0:
        with open(log_dir / "lab.log", "a") as log:
            log.write(f"the supervisor was killed ({status})\n")
    return 0


def spawn(config, lock):
    """Start a lab; returns (process, lifeline). Raises with the reason when it
    cannot be started, also when the caller is interrupted meanwhile. The lab
    holds the lock (an open file) as long as it lives."""
    for_child, lifeline = os.pipe()
    log_dir = paths.log_dir(config["name"])
    with open(log_dir / "lab.log", "a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vmlab.supervisor", json.dumps({"name": config["name"]})],
            stdin=for_child, stdout=subprocess.PIPE, stderr=log, text=True, pass_fds=[lock],
            # Not as an argument, which everybody can read: the cluster key is in it.
            env=dict(os.environ, PYTHONPATH=str(paths.TREE / "tests"),
                     LAB_CONFIG=json.dumps(config)),
        )
    os.close(for_child)
    try:
        readable = select.select([process.stdout], [], [], 300)[0]
        answer = process.stdout.readline().strip() if readable else ""
        word, _, rest = answer.partition(" ")
        if word != "ready":
            reason = json.loads(rest) if rest else f"see {paths.shown(log_dir)}/lab.log"
            raise LabError(f"the lab did not start: {reason}")
    except BaseException:
        os.close(lifeline)
        process.wait(30)
        raise
    process.stdout.close()
    return process, lifeline


if __name__ == "__main__":
    sys.exit(guard(json.loads(os.environ.pop("LAB_CONFIG"))))

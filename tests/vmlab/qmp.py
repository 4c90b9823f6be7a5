# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's machine protocol: commands one at a time, events to a callback."""
import json
import threading

from vmlab.errors import LabError


class Qmp:
    def __init__(self, connection, on_event):
        self._file = connection.makefile("rwb")
        self._connection = connection
        self._on_event = on_event
        self._lock = threading.Lock()  # one command under way; guards _reply
        self._reply = None
        self._answered = threading.Event()
        json.loads(self._file.readline())  # the greeting
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.command("qmp_capabilities")

    def _read(self):
        try:
            for line in self._file:
                message = json.loads(line)
                if "event" in message:
                    self._on_event(message["event"], message.get("data", {}))
                else:
                    self._reply = message
                    self._answered.set()
        except (OSError, ValueError):
            pass
        self._reply = {"error": {"desc": "QEMU has ended"}}
        self._answered.set()

    def command(self, name, /, timeout=20, **arguments):
        with self._lock:
            self._answered.clear()
            request = {"execute": name}
            if arguments:
                request["arguments"] = arguments
            try:
                self._file.write(json.dumps(request).encode() + b"\n")
                self._file.flush()
            except (OSError, ValueError):
                raise LabError(f"{name}: QEMU has ended") from None
            if not self._answered.wait(timeout):
                raise LabError(f"{name}: QEMU did not answer within {timeout} s")
            reply = self._reply
        if "error" in reply:
            raise LabError(f"{name}: {reply['error'].get('desc', reply['error'])}")
        return reply["return"]

    def join(self, timeout):
        """Until the last event of a QEMU that has ended was told."""
        self._reader.join(timeout)

    def close(self):
        self._connection.close()

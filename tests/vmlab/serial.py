# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine's serial console: everything it says goes to a log file, and a line
in which a kernel complains about itself is remembered, so that whoever waits
for the machine fails at once and with the reason."""
import re
import threading
import time

TROUBLE = re.compile(
    r"Kernel panic|\bBUG: |\bOops\b|general protection fault|WARNING: CPU: |"
    r"KASAN: |KFENCE: |UBSAN: |kmemleak: \d+ new|possible circular locking|"
    r"possible recursive locking|inconsistent lock state|suspicious RCU usage|"
    r"INFO: trying to register non-static key|blocked for more than \d+ seconds|"
    r"Unable to mount root|Attempted to kill init|double fault"
)
# A starved emulator looks like a lockup to its guest.
EXCUSED = re.compile(r"soft lockup|detected stalls|hrtimer: interrupt took")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][0-9A-Za-z]|[\r\x00]")


class Serial:
    def __init__(self, log_path):
        self.log_path = log_path
        self.trouble = []
        self._changed = threading.Condition()  # guards _text, trouble and alive
        self._text = ""
        self._connection = None
        self.alive = False

    def attach(self, connection):
        """Start reading a new QEMU's console; the log goes on in the same file."""
        with self._changed:
            self._connection = connection
            self._text = ""
            self.trouble = []
            self.alive = True
        threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection):
        partial = ""
        with open(self.log_path, "ab", buffering=0) as log:
            log.write(time.strftime("--- power on at %H:%M:%S ---\n").encode())
            while True:
                try:
                    data = connection.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    break
                log.write(data)
                text = ESCAPES.sub("", data.decode(errors="replace"))
                *lines, partial = (partial + text).split("\n")
                with self._changed:
                    # Bounded: a chatty machine must not fill the host's memory.
                    self._text = (self._text + text)[-400_000:]
                    for line in lines:
                        if TROUBLE.search(line) and not EXCUSED.search(line):
                            self.trouble = (self.trouble + [line.strip()])[:20]
                    self._changed.notify_all()
        with self._changed:
            self.alive = False
            self._changed.notify_all()

    def send(self, text):
        self._connection.sendall(text.encode())

    def wait_for(self, pattern, timeout):
        """The match of a regular expression in what was said since power on, or
        None at the deadline or when the machine has ended."""
        wanted = re.compile(pattern)
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = wanted.search(self._text)
                left = deadline - time.monotonic()
                if found or self.trouble or not self.alive or left <= 0:
                    return found
                self._changed.wait(left)

    def tail(self, lines=15):
        with self._changed:
            text = self._text
        return "\n".join(line for line in text.split("\n") if line.strip()).split("\n")[-lines:]

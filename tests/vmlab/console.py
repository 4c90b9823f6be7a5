# SPDX-License-Identifier: GPL-2.0-or-later
"""The command channel: commands run as root over a virtio console, with their
true exit status and output, however a root shell got onto that console.

A fresh shell is first replaced by a small loop that reads one request a line
('ID TIMEOUT BASE64') from the raw terminal. Markers start with '@lab', and
everything else on the line is ignored: prompts, echoes, messages of init.

    us                           guest
    id timeout base64(command)
                                 @lab ack id
                                 @lab out id size status
                                 base64(output) …
                                 @lab end id

After a reboot nothing acknowledges; the handshake then starts anew. The loop
needs sh, base64, setsid, stty and kill, as busybox and every Debian have."""
import base64
import itertools
import os
import re
import select
import socket
import threading
import time

from vmlab.errors import CommandTimeout, NoAnswer

LIMIT = 8_000_000  # bytes of output returned; the end is kept
LINE = 2500  # longest command that is sent in one piece
ACK_WITHIN = 60  # a busy emulator may take its time, a living loop answers

# A prompt, or the word of a shell that runs its terminal as a script.
SHELL = re.compile(r"(\bready|[#$])\s*(\x1b\[6n)?\s*$")

# The watchdog kills the command's whole process group; it and its sleep go when
# the command ends first. The markers are split, so that an echo is no answer.
LOOP = r"""d=/run/.lab;mkdir -p $d;cd /;m=@la;m=${m}b
echo;echo $m ready %s
while read -r i t c;do case $i in @sync)echo;echo $m ready $t;continue;;[0-9]*);;*)continue;;esac
echo $m ack $i;rm -f $d/late;echo $c|base64 -d>$d/cmd
setsid sh $d/cmd </dev/null >$d/out 2>&1 &
p=$!;setsid sh -c "sleep $t;:>$d/late;kill -9 -$p" </dev/null >/dev/null 2>&1 &
w=$!;wait $p;s=$?;kill -9 -$w $w;[ -e $d/late ]&&s=late
echo $m out $i $(wc -c <$d/out) $s;tail -c %d $d/out|base64;echo $m end $i
done 2>/dev/null"""


class Console:
    def __init__(self):
        self._lock = threading.Lock()  # one command at a time; guards all below
        self._connection = None
        self._buffer = b""
        self._ready = False
        self._looping = False  # the loop has answered since the last boot
        self._ids = itertools.count(1)
        # Readable after a reset of the machine, until the next handshake.
        self._was_reset = os.eventfd(0, os.EFD_NONBLOCK)

    def attach(self, connection):
        connection.setblocking(False)
        with self._lock:
            self._connection = connection
            self._buffer = b""
            self._ready = self._looping = False

    def detach(self):
        """The machine has ended: wake whoever waits."""
        connection = self._connection
        if connection:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def reset(self):
        """The machine was reset: a new shell is coming."""
        os.eventfd_write(self._was_reset, 1)

    @property
    def _stale(self):
        return bool(select.select([self._was_reset], [], [], 0)[0])

    def execute(self, command, timeout=60, patience=60):
        """Run a shell command; returns (status, output). patience is how long
        to wait for a shell to be there, timeout how long the command may run."""
        deadline = time.monotonic() + patience
        if not self._lock.acquire(timeout=patience + timeout):
            raise NoAnswer("another command has been running all the time")
        try:
            if len(command) > LINE:
                command = self._upload(command, deadline)
            return self._run(command, timeout, deadline)
        finally:
            self._lock.release()

    def _upload(self, command, deadline):
        data = base64.b64encode(command.encode()).decode()
        self._run("mkdir -p /run/.lab; : >/run/.lab/part", 10, deadline)
        for at in range(0, len(data), LINE):
            part = data[at : at + LINE]
            self._run(f"printf %s '{part}' >>/run/.lab/part", 10, deadline)
        return "base64 -d </run/.lab/part >/run/.lab/long; exec sh /run/.lab/long"

    def _run(self, command, timeout, deadline):
        number = next(self._ids)
        request = f"{number} {timeout} {base64.b64encode(command.encode()).decode()}\n"
        while True:
            self._handshake(deadline)
            if not self._ready:
                continue
            self._send(request.encode())
            if self._until(f"ack {number}", ACK_WITHIN) is not None:
                break
            self._ready = False
        patience = timeout + ACK_WITHIN
        result = self._until(f"out {number} ", patience)
        if result is None:
            self._ready = False
            why = "the machine was reset" if self._stale else f"no answer within {patience} s"
            raise NoAnswer(f"{why}: {command}")
        size, status = result.split()[-2:]
        lines = []
        if self._until(f"end {number}", 60, lines) is None:
            self._ready = False
            raise NoAnswer(f"the output was cut off: {command}")
        data = base64.b64decode("".join(lines), validate=False)
        if len(data) != min(int(size), LIMIT):
            raise NoAnswer(f"{len(data)} of {size} bytes of the output arrived: {command}")
        output = data.decode(errors="replace")
        if status == "late":
            raise CommandTimeout(f"not done within {timeout} s, killed: {command}\n{output}")
        return int(status), output

    def _handshake(self, deadline):
        """Find the loop alive or start it in whatever shell listens."""
        if self._stale:
            os.eventfd_read(self._was_reset)
            self._ready = self._looping = False
            self._drain()
        while not self._ready and not self._stale:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NoAnswer("no root shell answers on the command channel")
            nonce = f"{next(self._ids)}-{time.monotonic_ns()}"
            # Before a shell is there, only a newline is sent: it makes one that
            # comes up show its prompt, and does no harm to a thousand of them.
            # UEFI firmware talks on this line too, and takes words for keys.
            self._send(b"\n")
            if not self._looping and not self._prompted(min(2, left)) and left > 2:
                continue
            # A loop that started too late for us to hear of it shows no prompt.
            self._looping = True
            loop = (LOOP % (nonce, LIMIT)).replace("'", "'\\''")
            # The shell's input may be anything, its output is the terminal.
            boot = f"t=/proc/$$/fd/1; stty raw -echo <$t; exec sh -c '{loop}' <$t"
            self._send(f"@sync {nonce}\n{boot}\n".encode())
            self._ready = self._until(f"ready {nonce}", min(8, max(left, 1))) is not None

    def _prompted(self, timeout):
        """Whether a shell shows itself. Echoed newlines must not be answered by
        newlines: that would never end."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0 and not self._stale:
            if SHELL.search(self._line(left) or ""):
                return True
        return False

    def _drain(self):
        """Forget what the system before the reset had said."""
        self._buffer = b""
        try:
            while self._connection.recv(65536):
                pass
        except OSError:
            pass

    def _send(self, data):
        while data:
            if not select.select([], [self._connection], [], 10)[1]:
                raise NoAnswer("the machine does not read its command channel")
            try:
                data = data[self._connection.send(data) :]
            except OSError:
                raise NoAnswer("the machine is off") from None

    def _line(self, timeout):
        """The next line, or None."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            ready = select.select([self._connection, self._was_reset], [], [], left)[0]
            if ready != [self._connection]:
                return None
            try:
                data = self._connection.recv(65536)
            except OSError:
                data = b""
            if not data:
                raise NoAnswer("the machine is off")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode(errors="replace").strip()

    def _until(self, marker, timeout, before=None):
        """Read up to the line '@lab MARKER…' and return it, None at the deadline.
        Lines before it go to the list, when one is given."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            line = self._line(left)
            if self._stale:
                return None
            if line is None:
                continue
            at = line.find("@lab ")
            if at >= 0 and line[at + 5 :].startswith(marker):
                return line
            if before is not None:
                before.append(line)
        return None

    @property
    def answered(self):
        return self._ready and not self._stale

# SPDX-License-Identifier: GPL-2.0-or-later
"""An interactive shell of a machine on the caller's terminal."""
import os
import select
import socket
import sys
import termios
import tty

from vmlab.errors import LabError

LEAVE = b"\x1d"  # Ctrl-]
OVER = b"\x1b]lab over\x07"
# What listens runs its terminal as a script; this gives it job control and line
# editing for the time of one session.
SESSION = (
    "t=$(readlink /proc/$$/fd/1); stty sane cols {columns} rows {rows} <$t; "
    "true | TERM={term} setsid -c {shell} <$t >$t 2>&1; "
    "stty raw -echo <$t; printf '\\033]lab over\\007'\n"
)
SHELL = 'sh -c \'exec "$(command -v bash || command -v sh)" -il\''


def attach(path, user="root"):
    """Until the shell ends or Ctrl-] is typed."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    columns, rows = os.get_terminal_size() if interactive else (80, 24)
    session = SESSION.format(
        columns=columns,
        rows=rows,
        term=os.environ.get("TERM", "vt220"),
        shell=SHELL if user == "root" else f"su -l {user}",
    )
    with socket.socket(socket.AF_UNIX) as guest:
        try:
            guest.connect(str(path))
        except OSError as error:
            raise LabError(f"no interactive console: {error.strerror}") from None
        old = termios.tcgetattr(sys.stdin) if interactive else None
        try:
            if interactive:
                print("Ctrl-] leaves", file=sys.stderr)
                tty.setraw(sys.stdin)
            guest.sendall(b"\n" + session.encode())
            copy(guest)
        finally:
            if old:
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, old)
                print("\r")


def copy(guest):
    """Carry keys and characters between the two terminals."""
    sources = [guest]
    tail = b""
    over = False
    while True:
        readable = select.select(sources, [], [], 1 if over else None)[0]
        if not readable:
            guest.sendall(b"\x04")  # until the shell has understood
        if guest in readable:
            if sources == [guest] and not over:
                sources.append(sys.stdin)  # keys before the prompt would be lost
            data = guest.recv(65536)
            tail = (tail + data)[-200:]
            os.write(sys.stdout.fileno(), data.replace(OVER, b""))
            if not data or OVER in tail:
                return
        if sys.stdin in readable:
            data = os.read(sys.stdin.fileno(), 4096)
            if LEAVE in data:
                guest.sendall(b"\x03\x04")  # end the shell that runs there
                return
            if not data:  # the end of a file or pipe ends the shell
                sources.remove(sys.stdin)
                over = True
            guest.sendall(data)

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a process pays that never moves: the same program on our kernel and on
the same kernel without Tessera, each alone in a machine. An emulator's time says
little about one per cent, so the instructions are counted: with -icount shift=0
the CPU's counter goes on by one with each. The time is shown beside."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from vmlab import accel, images, paths
from vmlab.errors import LabError

OURS = paths.BUILD / "kernel/vmlinuz"
WITHOUT = paths.BUILD / "kernel-off/vmlinuz"
LIMIT = 240
THINGS = {
    "getppid": "getppid",
    "read": "read 1 byte of /dev/zero",
    "fork": "fork, exit and wait",
    "fault": "page fault",
}


def initrd(program, directory):
    root = Path(directory) / "root"
    (root / "dev").mkdir(parents=True)
    os.mknod(root / "dev/console", 0o20600, os.makedev(5, 1))
    shutil.copy(program, root / "init")
    file = Path(directory) / "initrd"
    file.write_bytes(images.archive(root))
    return file


def boot(kernel, program, count_instructions):
    """{thing: (nanoseconds, ticks)} of one."""
    images.require(kernel, "make bench")
    how = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
    words = "console=ttyS0 panic=-1 quiet init_on_alloc=0 no_timer_check"
    if not count_instructions:
        how = ["-accel", "tcg"]
        words += " tsc=unstable"  # a busy host lets it look so anyway, at some time
    with tempfile.TemporaryDirectory() as directory:
        command = [
            accel.QEMU, "-nodefaults", "-no-user-config", "-machine", "q35", *how,
            "-cpu", accel.cpu("tcg")[-1], "-m", "256", "-display", "none", "-no-reboot",
            "-kernel", str(kernel), "-initrd", str(initrd(program, directory)),
            "-append", words, "-serial", "stdio",
        ]  # fmt: skip
        done = subprocess.run(
            command, timeout=LIMIT, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", check=False,
        )  # fmt: skip
    said = [line.split() for line in done.stdout.splitlines()]
    if ["end"] not in said:
        output = done.stdout + done.stderr
        raise LabError(f"{paths.shown(kernel)} did not come to the end:\n{output}")
    return {
        words[0]: (float(words[1]), float(words[2]))
        for words in said
        if len(words) == 3 and words[0] in THINGS
    }

# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM or TCG? The device node's existence proves nothing: some hosts' KVM runs a
few instructions and then fails in the middle of a kernel. So a boot sector of
five instructions must end QEMU with the status we expect, and then a kernel must
come up to where it misses its root file system. The answer is remembered until
the host's next boot."""
import os
import subprocess
import tempfile
from pathlib import Path

from vmlab import paths

QEMU = "qemu-system-x86_64"
MAGIC = 0x2A
# mov dx, 0x501; mov al, MAGIC; out dx, al; hlt; jmp back to hlt
SECTOR = bytes([0xBA, 0x01, 0x05, 0xB0, MAGIC, 0xEE, 0xF4, 0xEB, 0xFD])


def qemu(accel, timeout, *arguments):
    """Run a bare machine; (exit status or None, what its serial port said)."""
    command = [
        QEMU, "-nodefaults", "-no-user-config", "-machine", "pc", *cpu(accel),
        "-m", "256", "-display", "none", "-no-reboot", "-serial", "stdio", *arguments,
    ]
    try:
        done = subprocess.run(
            command,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None, b""
    return done.returncode, done.stdout


def runs_sector(accel):
    with tempfile.NamedTemporaryFile(suffix=".img") as disk:
        disk.write(SECTOR.ljust(510, b"\0") + b"\x55\xaa")
        disk.flush()
        debug_exit = ["-device", "isa-debug-exit,iobase=0x501,iosize=1"]
        drive = ["-drive", f"file={disk.name},format=raw,if=ide"]
        return qemu(accel, 5, *debug_exit, *drive)[0] == MAGIC << 1 | 1


def runs_kernel(accel, kernel):
    command_line = "console=ttyS0 panic=-1 root=/dev/nothing"
    said = qemu(accel, 20, "-kernel", str(kernel), "-append", command_line)[1]
    return b"Unable to mount root" in said


def works(accel, kernel):
    """Whether real systems can be expected to run under this accelerator."""
    return runs_sector(accel) and kernel.exists() and runs_kernel(accel, kernel)


def best(kernel):
    """'kvm' when it works, else 'tcg'; LAB_ACCEL overrules."""
    if os.environ.get("LAB_ACCEL") in ("kvm", "tcg"):
        return os.environ["LAB_ACCEL"]
    if not os.access("/dev/kvm", os.W_OK):
        return "tcg"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    memory = paths.RUN / "accel"
    try:
        known, answer = memory.read_text().split()
        if known == boot and answer in ("kvm", "tcg"):
            return answer
    except (OSError, ValueError):
        pass
    answer = "kvm" if works("kvm", kernel) else "tcg"
    if kernel.exists():
        paths.make_run()
        new = memory.with_suffix(f".{os.getpid()}")
        new.write_text(f"{boot} {answer}\n")
        new.replace(memory)
    return answer


# Clocks that go by with a machine's instructions. "own": 4 ns each, so that the ticks
# of a machine that is emulated too slowly are not all that it has time for. "steady":
# 16 ns each, and what is emulated faster is held back: as fast at all times as long as
# the host can do so many, whatever else it does. "slow": half as fast as that.
CLOCKS = {
    "own": "shift=2,sleep=on",
    "steady": "shift=4,align=on,sleep=on",
    "slow": "shift=5,align=on,sleep=on",
}


def cpu(accel, clock=None):
    """QEMU's -accel and -cpu. TCG is very slow at 'rep stosb', so the CPU flags
    that make the kernel choose it are left out: boots take half the time. The clock
    is the host's, or one of CLOCKS."""
    if accel == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    counting = ["-icount", CLOCKS[clock]] if clock else []
    threads = "single" if clock else "multi"
    return ["-accel", f"tcg,thread={threads}", *counting, "-cpu", "max,-erms,-fsrm"]

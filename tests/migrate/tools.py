# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests/migrate/build makes, on its way to the machines: /opt/migrate there."""
import shutil
import subprocess
from pathlib import Path

from vmlab import paths

HERE = Path(__file__).parent
BUILT = paths.BUILD / "migrate"
TOOLS = "/opt/migrate"


def build():
    subprocess.run([HERE / "build"], check=True)


def lay(root, *files):
    """Put files into TOOLS of a directory that will be laid over a machine's root."""
    target = Path(f"{root}{TOOLS}")
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, target)


def swap_disk(where, name):
    """Arguments for QEMU: one more disk, for swapping. And its file."""
    file = where / name
    with open(file, "wb") as new:
        new.truncate(512 << 20)
    subprocess.run(["mkswap", "-q", file], check=True, stderr=subprocess.DEVNULL)
    return ["-drive", f"if=virtio,format=raw,file={file}"], file

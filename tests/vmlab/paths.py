# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the lab keeps its things, and what the caller's file names are called
inside the build root."""
import os
from pathlib import Path

from vmlab.errors import LabError

TREE = Path(__file__).resolve().parents[2]
BUILD = TREE / "build"
# Unix socket names are limited to 107 bytes, so sockets live in a short place.
RUN = Path("/run/tessera-lab")


def make_run():
    """Keys are in there, on initramfs images and beside them."""
    RUN.mkdir(mode=0o700, exist_ok=True)
    RUN.chmod(0o700)


def run_dir(name):
    """Sockets and stamped images of a lab; vanishes with it."""
    return RUN / name


def log_dir(name):
    """Console logs and events of a lab; stays."""
    return BUILD / "lab" / name


def shown(path):
    """A file's name as people outside of the build root know it."""
    path = Path(path)
    return str(path.relative_to(TREE)) if path.is_relative_to(TREE) else str(path)


def from_caller(name):
    """Turn a file name as the caller wrote it into one valid here."""
    tree, pwd = os.environ.get("LAB_TREE"), os.environ.get("LAB_PWD")
    if not tree or not pwd:
        return Path(name).absolute()
    path = Path(os.path.normpath(os.path.join(pwd, name)))
    for outside, inside in ((tree, TREE), (pwd, "/cwd"), ("/tmp", "/tmp"), ("/run", "/run")):
        if path.is_relative_to(outside):
            return Path(inside) / path.relative_to(outside)
    raise LabError(f"{name}: use a file below the current directory, {tree} or /tmp")

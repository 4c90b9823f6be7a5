# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own tests, on each flavour that has been built, and its form."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))


def succeeds(program, argument):
    result = subprocess.run(
        [os.path.join(TREE, program), argument],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    print(result.stdout)
    assert result.returncode == 0, result.stdout


def test_release_kernel_keeps_its_promises():
    succeeds("tests/kernel/boot", "release")


def inputs():
    """Of sparse and checkpatch, as a hash."""
    version = ["dpkg-query", "-W", "-f", "${Version}", "linux-source-6.12"]
    digest = hashlib.sha256(subprocess.check_output(version))
    for top in ("kernel-patches", "config/kernel"):
        for path in sorted(Path(TREE, top).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(TREE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def test_sparse_and_checkpatch_find_nothing(request):
    """Minutes, for what has not changed since it passed."""
    now = inputs()
    if request.config.cache.get("tessera/checked", None) == now:
        print("nothing has changed since it passed")
        return
    succeeds("config/kernel/build", "check")
    request.config.cache.set("tessera/checked", now)


@pytest.mark.debug
def test_debug_kernel_sees_no_mistake():
    succeeds("tests/kernel/boot", "debug")


@pytest.mark.debug
def test_kernel_without_tessera_boots():
    succeeds("tests/kernel/boot", "off")

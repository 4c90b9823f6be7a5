# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own tests, on each flavour that has been built, and its form."""

import os
import re
import subprocess
from collections import Counter

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
COMPLAINT = re.compile(r"^\s*\S*/([\w.-]+)(?::\d+)+: (?:WARNING|ERROR|CHECK|warning|error):", re.M)


def complaints():
    """{file: how many} of sparse's and checkpatch's complaints."""
    result = subprocess.run(
        [os.path.join(TREE, "config/kernel/build"), "check"],
        capture_output=True, text=True, timeout=1800,
    )
    said = result.stdout + result.stderr
    print(said)
    found = Counter(COMPLAINT.findall(said))
    assert bool(found) == bool(result.returncode), said
    return found


def owed():
    """The same, as far as it is known and still to be done."""
    with open(os.path.join(HERE, "style-debt")) as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    return {name: int(count) for name, count in lines}


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


def test_sparse_and_checkpatch_find_nothing_new():
    debt = owed()
    new = {name: n for name, n in complaints().items() if n > debt.get(name, 0)}
    assert not new, f"more than tests/kernel/style-debt says: {new}"


@pytest.mark.debug
def test_debug_kernel_sees_no_mistake():
    succeeds("tests/kernel/boot", "debug")


@pytest.mark.debug
def test_kernel_without_tessera_boots():
    succeeds("tests/kernel/boot", "off")

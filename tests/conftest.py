# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by all tests that start virtual machines: the images they use, and what
a failed test shows of the machines it had."""
import os
import sys
from pathlib import Path

import pytest

sys.dont_write_bytecode = True


def pytest_addoption(parser):
    parser.addoption(
        "--image-dir",
        default="build/drone",
        help="the drone's directory (vmlinuz, initrd), relative to the tree",
    )
    parser.addoption(
        "--slow",
        type=float,
        default=1.0,
        help="what deadlines are multiplied with; 5 for a debug kernel",
    )


def pytest_configure(config):
    tree = Path(__file__).resolve().parents[1]
    os.environ["LAB_IMAGE"] = str(tree / config.getoption("--image-dir"))
    os.environ["LAB_SLOW"] = str(config.getoption("--slow"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """After a failure, the end of every machine's console."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    from vmlab import client, paths

    for name in client.labs():
        directory = paths.log_dir(name)
        for log in sorted(directory.glob("node[0-9]*.log")):
            if log.suffixes == [".qemu", ".log"]:
                continue
            end = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            report.sections.append((f"the end of {paths.shown(log)}", end))

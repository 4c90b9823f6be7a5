# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent's tests with real WireGuard and nftables, on our kernel."""

import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


def boots_and_passes(flavour):
    result = subprocess.run(
        [os.path.join(HERE, "boot"), flavour],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=2000,
    )
    print(result.stdout)
    assert result.returncode == 0, result.stdout


def test_mesh_and_firewall_work_on_the_release_kernel():
    boots_and_passes("release")


@pytest.mark.debug
def test_mesh_and_firewall_work_on_the_debug_kernel():
    boots_and_passes("debug")

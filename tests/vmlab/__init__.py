# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters of virtual machines from the release images: the engine behind
tests/lab and the VM scenarios. Tests import Lab from vmlab.client."""

# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to boot the live image leads to membership (by BIOS from a CD: see
test_live)."""
import pytest

from iso.live import MISSING, become_a_cluster, boot

pytestmark = pytest.mark.skipif(MISSING[0], reason=MISSING[1])


def test_a_uefi_cd_boots_to_membership():
    with boot("uefi", uefi=True) as lab:
        become_a_cluster(lab)


@pytest.mark.parametrize("uefi", [False, True], ids=["bios", "uefi"])
def test_a_usb_stick_boots_to_membership(uefi):
    with boot(f"usb-{'uefi' if uefi else 'bios'}", "usb", uefi=uefi) as lab:
        become_a_cluster(lab)

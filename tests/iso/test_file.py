# SPDX-License-Identifier: GPL-2.0-or-later
"""The live image as a file: its size, its boot equipment, its key."""
import base64
import shutil
import subprocess

import pytest

from vmlab import images, paths
from vmlab.client import ISO

STAMP = paths.TREE / "config/live/stamp"
KEY = "/live/tessera.key"

pytestmark = pytest.mark.skipif(not ISO.exists(), reason="no image: run 'make iso' first")


def xorriso(image, *commands):
    done = subprocess.run(
        ["xorriso", "-indev", str(image), *commands],
        capture_output=True, text=True, check=True,
    )
    return done.stdout


def read_file(image, name, directory):
    target = directory / "copy"
    target.unlink(missing_ok=True)
    xorriso(image, "-osirrox", "on", "-extract", name, str(target))
    return target.read_bytes()


@pytest.fixture
def stamped(tmp_path):
    """A copy of the image with a key of our own."""
    image, key = tmp_path / "copy.iso", tmp_path / "key"
    shutil.copy(ISO, image)
    key.write_text(images.new_key() + "\n")
    subprocess.run([STAMP, image, key], check=True, capture_output=True)
    return image, key


def test_the_image_fits_into_140_mb():
    assert ISO.stat().st_size <= 140_000_000


def test_it_boots_from_cd_and_stick_by_bios_and_uefi():
    report = xorriso(ISO, "-report_el_torito", "plain", "-report_system_area", "plain")
    assert "El Torito img path :   1  /isolinux/isolinux.bin" in report
    assert "El Torito img path :   2  /boot/grub/efi.img" in report
    assert "isohybrid" in report and "GPT" in report


def test_a_stamped_key_is_on_the_medium_for_root_alone(stamped, tmp_path):
    image, key = stamped
    assert read_file(image, KEY, tmp_path) == key.read_bytes()
    assert xorriso(image, "-lsl", KEY, "--").split()[0] == "-r--------"
    assert xorriso(image, "-lsl", KEY, "--").split()[2:4] == ["0", "0"]


def test_a_second_key_replaces_the_first(stamped, tmp_path):
    image, key = stamped
    key.write_text(images.new_key() + "\n")
    subprocess.run([STAMP, image, key], check=True, capture_output=True)
    assert read_file(image, KEY, tmp_path) == key.read_bytes()


def test_stamping_leaves_all_else_as_it_is(stamped, tmp_path):
    image, _ = stamped
    for name in ("/live/filesystem.squashfs", "/live/vmlinuz", "/isolinux/isolinux.cfg"):
        assert read_file(image, name, tmp_path) == read_file(ISO, name, tmp_path)
    assert equipment(image) == equipment(ISO)


def equipment(image):
    """The boot images of a medium and its partition types, not where they are."""
    report = xorriso(image, "-report_el_torito", "plain", "-report_system_area", "plain")
    kept = ("El Torito img path", "System area summary", "GPT type GUID", "MBR partition path")
    return [line for line in report.splitlines() if line.startswith(kept)]


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(bytes(31)).decode()])
def test_what_is_no_key_is_refused(text, tmp_path):
    image, key = tmp_path / "copy.iso", tmp_path / "key"
    image.touch()
    key.write_text(text + "\n")
    done = subprocess.run([STAMP, image, key], capture_output=True, text=True)
    assert done.returncode == 1
    assert "no cluster key" in done.stderr

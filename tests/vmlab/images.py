# SPDX-License-Identifier: GPL-2.0-or-later
"""From a release image to what QEMU is given. Images stay as they were built:
a drone is stamped by appending an archive to its initramfs, the ISO gets the
lab's root shell by SMBIOS credentials of systemd."""
import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from vmlab import paths
from vmlab.errors import LabError

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")

SHELL_UNIT = """\
[Unit]
Description=Root shell of the test lab on {tty}
DefaultDependencies=no
After=systemd-tmpfiles-setup-dev.service
Conflicts=shutdown.target
Before=shutdown.target
[Service]
# The terminal is read as a script, as a drone's tessera.shell= does; it stays
# open, because what is said just before a close can be lost.
ExecStart=/bin/sh -c 'exec 3<>/dev/{tty}; stty raw -echo <&3; echo ready >&3; \\
exec sh /dev/{tty} </dev/null >&3 2>&1'
Environment=HOME=/root TERM=vt220 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
StandardOutput=tty
StandardError=tty
TTYPath=/dev/{tty}
Restart=always
RestartSec=1
"""


def new_key():
    return base64.b64encode(os.urandom(32)).decode()


def read_key(choice):
    """'none' gives no key, 'new' a fresh one, 'auto' the one stamped into the ISO
    or a fresh one; anything else names a file."""
    stamped = paths.BUILD / "cluster.key"
    if choice == "none":
        return None
    if choice == "new" or (choice == "auto" and not stamped.exists()):
        return new_key()
    source = stamped if choice == "auto" else Path(choice)
    try:
        return source.read_text().strip()
    except OSError as error:
        raise LabError(f"cluster key {source}: {error.strerror}") from None


def require(path, command):
    path = Path(path)
    if not path.exists():
        raise LabError(f"{paths.shown(path)} is missing: run '{command}' first")
    return path


def check(config):
    """Say what is missing before anything is started."""
    if config["source"] == "drone":
        command = "make drone"
        if "debug" in str(config["image_dir"]):
            command = "config/drone/build debug"
        for name in ("vmlinuz", "initrd"):
            require(Path(config["image_dir"]) / name, command)
    elif config["source"] in ("iso", "usb"):
        require(config["iso"], "make iso")
    if config["uefi"]:
        require(FIRMWARE, "make deps")


def archive(directory):
    """A directory as an uncompressed cpio archive, owned by root."""
    names = subprocess.run(
        ["find", ".", "-mindepth", "1", "-print0"], cwd=directory, capture_output=True, check=True
    ).stdout
    made = subprocess.run(
        ["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"],
        cwd=directory, input=names, capture_output=True, check=True,
    )
    return made.stdout


def stamp_initrd(config, run_dir):
    """The generic initramfs with the cluster key, and whatever else is wanted,
    appended. Machines that want the same share one file."""
    parts = [Path(config["image_dir"], "initrd").read_bytes()]
    if config["key"]:
        stamp = run_dir / "stamp"
        (stamp / "etc/tessera").mkdir(parents=True)
        key = stamp / "etc/tessera/cluster.key"
        key.write_text(config["key"] + "\n")
        key.chmod(0o400)
        parts.append(archive(stamp))
        shutil.rmtree(stamp)
    if config["extra"]:
        parts.append(archive(config["extra"]))
    # The kernel looks for a further archive at multiples of four bytes.
    data = b"".join(part + bytes(-len(part) % 4) for part in parts)
    name = f"initrd-{hashlib.sha256(data).hexdigest()[:16]}"
    stamped = run_dir / name
    if not stamped.exists():
        stamped.write_bytes(data)
    return stamped


def credential(name, text):
    """What systemd in the guest finds as a credential of that name."""
    value = base64.b64encode(text.encode()).decode()
    return f"io.systemd.credential.binary:{name}={value}"


def secret_file(path, text):
    """A file for our eyes only: everybody can read QEMU's arguments."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return path


def credentials(config, run_dir):
    """The lab's root shells, and a key that goes before the medium's."""
    wanted = []
    units = []

    def want(how):
        wanted.extend(["-smbios", f"type=11,{how}"])

    for tty in ("hvc0", "hvc1"):
        unit = f"lab-{tty}.service"
        units.append(unit)
        shell = credential(f"systemd.extra-unit.{unit}", SHELL_UNIT.format(tty=tty))
        want(f"value={shell}")
    wants = f"[Unit]\nWants={' '.join(units)}\n"
    want(f"value={credential('systemd.unit-dropin.sysinit.target', wants)}")
    if config["key"] and config["stamp_key"]:
        text = credential("tessera.key", config["key"] + "\n")
        file = secret_file(run_dir / f"{config['node']}.key", text)
        want(f"path={file}")
    return wanted


def boot_arguments(config, run_dir):
    """QEMU's arguments for what the machine boots from."""
    node = config["node"]
    source = config["source"]
    arguments = []
    if config["uefi"]:
        variables = run_dir / f"{node}.vars"
        if not variables.exists():
            shutil.copyfile(VARIABLES, variables)
        arguments += [
            "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,unit=1,format=raw,file={variables}",
        ]
    if source == "drone":
        words = ["console=ttyS0", "tessera.shell=hvc0,hvc1", "panic=-1"]
        if config["accel"] == "tcg":
            # The TSC cannot be measured on a busy host; clearing pages is slow.
            words += ["tsc=unstable", "no_timer_check", "init_on_alloc=0"]
        if config["name"]:
            words.append(f"tessera.name={config['name']}")
        if not config["balance"]:
            words.append("tessera.balance=off")
        words.append(config["append"])
        return arguments + [
            "-kernel", str(Path(config["image_dir"], "vmlinuz")),
            "-initrd", str(stamp_initrd(config, run_dir)),
            "-append", " ".join(words).strip(),
        ]
    if source == "pxe":
        return arguments + ["-boot", "n"]
    arguments += credentials(config, run_dir)
    if source == "iso":
        return arguments + [
            "-drive", f"if=none,id=cd,media=cdrom,readonly=on,file={config['iso']}",
            "-device", "ide-cd,drive=cd,bus=ide.0,bootindex=1",
        ]
    return arguments + [
        "-drive", f"if=none,id=stick,format=raw,snapshot=on,file={config['iso']}",
        "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=1",
    ]

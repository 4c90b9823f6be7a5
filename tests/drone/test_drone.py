# SPDX-License-Identifier: GPL-2.0-or-later
"""What one drone does by itself, with the lab's card and one on USB that speaks
DHCP. The scenarios are told in the order of its life."""
import pytest
from vmlab import images
from vmlab.client import Lab, machine

USB_CARD = [
    "-device", "qemu-xhci",
    "-netdev", "user,id=usb,net=192.0.2.0/24",
    "-device", "usb-net,netdev=usb,mac=52:54:00:aa:aa:aa",
]  # fmt: skip


@pytest.fixture(scope="module")
def drone():
    options = {"key": images.new_key(), "name": "tile", "qemu": USB_CARD}
    with Lab.start("drone", [machine(**options)], dhcp=False) as lab:
        lab[1].wait("tess status", 120)
        yield lab[1]


def test_its_name_comes_from_the_command_line(drone):
    assert drone.succeed("hostname") == "tile\n"


def test_without_that_its_name_comes_from_the_first_card_on_the_bus(drone):
    mac = drone.status()["macs"][0]
    name = drone.succeed(
        "sed 's/tessera.name=tile//' /proc/cmdline >/run/cmdline;"
        "mount -o bind /run/cmdline /proc/cmdline; /usr/lib/tessera/hostname; umount /proc/cmdline"
    )
    assert name == "tess-" + "".join(mac.split(":")[3:]) + "\n"


def test_a_card_without_dhcp_server_has_a_link_local_address(drone):
    assert "inet6 fe80:" in drone.succeed("ip -o address show dev eth0 scope link")


def test_a_usb_card_loads_its_module_and_gets_an_address(drone):
    drone.wait("ip -4 -o address show dev usb0 | grep -q 192.0.2.", 90)
    assert "default via 192.0.2.2 dev usb0" in drone.succeed("ip route")
    assert "nameserver 192.0.2.3\n" in drone.succeed("cat /etc/resolv.conf")


def test_a_usb_card_that_is_pulled_out_is_forgotten(drone):
    drone.succeed("ls /run/nic/usb0")
    drone.succeed("for d in /sys/bus/usb/devices/*-*/remove; do echo 1 >$d; break; done")
    drone.wait("[ ! -e /run/nic/usb0 ]", 30)
    assert "192.0.2." not in drone.succeed("ip -4 address; ip route")


def test_the_ordinary_user_is_1000_and_root_is_locked(drone):
    assert drone.succeed("id -u tessera") == "1000\n"
    assert drone.succeed("sed -n 's/^root:\\([^:]*\\):.*/\\1/p' /etc/shadow") == "*\n"
    assert drone.succeed("su tessera -c 'id -u'") == "1000\n"
    drone.fail("su tessera -c 'cat /etc/shadow'")


@pytest.mark.parametrize("service", ["dbus-daemon", "avahi-daemon", "tesserad"])
def test_a_service_that_dies_comes_back(drone, service):
    old = drone.succeed(f"pidof {service}").strip()
    drone.succeed(f"kill -9 {old}")
    drone.wait(f"pid=$(pidof {service}) && [ \"$pid\" != '{old}' ]", 30)
    drone.wait("tess status --json | grep -q '\"mdns\": *\"announced\"'", 60)


def test_it_needs_little_memory(drone):
    fields = drone.succeed("grep -E '^(MemTotal|MemAvailable):' /proc/meminfo").split()
    used = (int(fields[1]) - int(fields[4])) / 1024
    assert used < 80, f"{used:.0f} MiB used"


def test_the_console_gives_a_shell_to_the_ordinary_user(drone):
    drone.type("\r")
    drone.read(r"tessera@tile:~\$", 60)
    drone.type("echo uid-$(id -u)\r")
    drone.read("uid-1000", 60)


def test_the_power_button_takes_leave_and_switches_off(drone):
    drone.button(timeout=60)
    assert drone.status()["reason"].startswith("powered off")
    assert "leaving the cluster" in drone.log.read_text(errors="replace")

# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person finds on the live system, booted from CD by BIOS."""
import pytest

from iso.live import BOOT, MISSING, become_a_cluster, boot
from vmlab.work import AWK, as_user

pytestmark = pytest.mark.skipif(MISSING[0], reason=MISSING[1])


@pytest.fixture(scope="module")
def live():
    """The image as a CD in a BIOS machine, shared by the tests that only look."""
    with boot("bios") as lab:
        lab[1].wait("systemctl is-active multi-user.target", BOOT)
        yield lab[1]


def test_a_bios_cd_boots_to_membership(live):
    become_a_cluster(live.lab)


def test_nothing_failed_while_starting(live):
    assert live.succeed("systemctl --failed --no-legend --plain") == ""


def test_the_name_comes_from_the_hardware(live):
    mac = live.status()["macs"][0]
    assert live.succeed("hostname").strip() == "tess-" + "".join(mac.split(":")[3:])


def test_the_key_of_the_medium_is_for_root_alone(live):
    key = "/run/live/medium/live/tessera.key"
    assert live.succeed(f"stat -c '%a %u %g' {key}") == "400 0 0\n"
    live.fail(f"setpriv --reuid=1000 cat {key}")


def test_the_ordinary_user_is_1000_and_may_become_root(live):
    assert live.succeed("id -u tessera") == "1000\n"
    assert live.succeed("su - tessera -c 'sudo -n id -u'") == "0\n"
    live.fail("su - tessera -c 'cat /etc/shadow'")


def test_every_wired_nic_asks_dhcp_and_has_a_link_local_address(live):
    live.wait("ip -4 -o addr show dev eth0 | grep -q inet", 60)
    live.wait("ip -6 -o addr show dev eth0 scope link | grep -q inet6", 60)


def test_what_the_network_says_of_name_servers_is_kept(live):
    live.succeed("echo DNS=192.0.2.53 >>/run/systemd/netif/state && /usr/lib/tessera-live/resolv")
    assert "nameserver 192.0.2.53\n" in live.succeed("cat /etc/resolv.conf")


def test_the_first_ssh_caller_finds_a_key_made_here(live):
    live.fail("ls /etc/ssh/ssh_host_*")
    assert "ssh-ed25519" in live.succeed("ssh-keyscan -T 50 -t ed25519 localhost 2>/dev/null")
    live.succeed("ls /etc/ssh/ssh_host_ed25519_key")


def test_the_state_screen_gives_way_to_a_shell(live):
    live.type("\r")
    live.read(r"tessera@tess-\w+:~\$", 60)
    live.type("echo uid-$(sudo id -u)\r")
    live.read("uid-0", 60)


def test_a_program_of_the_user_computes_on_the_drone_and_ends_here(live):
    become_a_cluster(live.lab)
    listed = live.json("tess nodes --json")["nodes"]
    drone = next(entry["id"] for entry in listed if not entry["self"])
    pid = live.succeed(as_user(AWK.format(rounds=5000000) + " >/tmp/sum & echo $!")).strip()
    live.succeed(as_user(f"tess migrate {pid} {drone}"))
    assert live.succeed(f"cat /proc/{pid}/where") == f"{drone}\n"
    live.lab[2].succeed("grep -q gawk /proc/hpc/guests")
    live.wait(f"! kill -0 {pid} 2>/dev/null", BOOT)
    assert live.succeed("cat /tmp/sum") == "14999995\n"


def test_manual_pages_can_be_read(live):
    assert "tess" in live.succeed("man tess | head -n 20")


def test_the_power_button_ends_it_cleanly(live):
    live.button(timeout=120)
    assert live.status()["reason"].startswith("powered off")

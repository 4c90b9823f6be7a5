# SPDX-License-Identifier: GPL-2.0-or-later
"""One Ethernet segment: a bridge in the lab's network namespace, one tap for
every NIC plugged into it, and a DHCP server when asked for. The bridge has an
address only where it serves DHCP; else the segment is empty but for the nodes."""
import subprocess


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


def mac(node, nic):
    return f"52:54:00:00:{nic:02x}:{node:02x}"


class Segment:
    def __init__(self, number):
        self.number = number
        self.bridge = f"br{number}"
        self.dhcp = None

    def create(self):
        ip("link", "add", self.bridge, "type", "bridge",
           "mcast_snooping", "0", "stp_state", "0", "forward_delay", "0")
        ip("link", "set", self.bridge, "addrgenmode", "none")
        ip("link", "set", self.bridge, "up")

    def serve_dhcp(self, run_dir, log, advertise=False):
        """Node N always gets 10.77.SEGMENT.(N+10). No router, no DNS: an island."""
        net = f"10.77.{self.number}"
        ip("address", "add", f"{net}.1/24", "dev", self.bridge)
        command = [
            "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--user=root", "--port=0",
            "--bind-interfaces", f"--interface={self.bridge}", "--except-interface=lo",
            f"--pid-file={run_dir}/dnsmasq{self.number}.pid",
            f"--dhcp-leasefile={run_dir}/leases{self.number}",
            "--dhcp-authoritative", "--no-ping",
            f"--dhcp-range={net}.200,{net}.250,255.255.255.0,10m",
            *(f"--dhcp-host={mac(n, self.number)},{net}.{n + 10}" for n in range(1, 180)),
        ]
        if advertise:
            ip("address", "add", f"fd77:{self.number}::1/64", "dev", self.bridge)
            command += ["--enable-ra", f"--dhcp-range=fd77:{self.number}::,ra-only"]
        self.dhcp = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )

    def plug(self, tap):
        """Make a tap for a machine's NIC and plug it in."""
        if subprocess.run(["ip", "link", "show", tap], capture_output=True).returncode:
            ip("tuntap", "add", tap, "mode", "tap")
            ip("link", "set", tap, "addrgenmode", "none")
        ip("link", "set", tap, "master", self.bridge, "up")

    def cut(self, tap):
        """Frames are lost from now on; the guest's link stays up and says nothing."""
        ip("link", "set", tap, "nomaster")

    def heal(self, tap):
        ip("link", "set", tap, "master", self.bridge)

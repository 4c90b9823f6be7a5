#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody without the key can do to a segment; runs in the lab's network.

attack.py mdns COUNT CLUSTER     garbage announcements, some for that cluster
attack.py udp ADDRESS PORT COUNT garbage datagrams
attack.py replay IFACE FILE [SOURCE-MAC]  send recorded frames again"""
import random
import socket
import struct
import sys
import time

MDNS = ("224.0.0.251", 5353)
OURS = "10.77.0.1"  # the lab's address beside its DHCP server
BATCH = 10  # packets between two breaths: a flood that is lost tests nothing
BREATH = 0.02

rng = random.Random(7870)


def name(*labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data, flush=True):
    cls = 0x8001 if flush else 1
    return owner + struct.pack(">HHIH", kind, cls, 120, len(data)) + data


def random_text():
    """One TXT string: noise, or something that looks like ours."""
    key = rng.choice([b"v", b"n", b"i", b"k", b"b", b"m", b"p", b"a", b"c", b"r", b"s", b"x", b""])
    value = rng.choice(
        [
            rng.randbytes(rng.randrange(60)),
            rng.randbytes(16).hex().encode(),
            rng.randbytes(32).hex().encode(),
            b"99999999999",
            b"fe80::1",
            b"\x1b[2J\n\r",
            b"drone",
            b"A" * rng.randrange(200),
        ]
    )
    return (key + b"=" + value)[:255]


def txt(cluster):
    strings = [random_text() for _ in range(rng.choice([0, 1, 8, 12, 24, 40]))]
    if rng.random() < 0.5:
        strings += [b"v=1", b"n=evil", b"i=" + cluster.encode(), b"c=" + b"A" * 22 + b"=="]
    rng.shuffle(strings)
    data = b"".join(bytes([len(one)]) + one for one in strings) or b"\0"
    if rng.random() < 0.1:  # lengths that lie
        data = bytes([rng.randrange(256)]) + data
    return data[: rng.choice([300, 1300, 4000, 8000])]


def announcement(cluster):
    service = name(b"_tessera", b"_udp", b"local")
    instance = name(b"evil%d" % rng.randrange(64), b"_tessera", b"_udp", b"local")
    host = name(b"evil%d" % rng.randrange(64), b"local")
    answers = [
        record(service, 12, instance, flush=False),
        record(instance, 33, struct.pack(">HHH", 0, 0, rng.randrange(65536)) + host),
        record(instance, 16, txt(cluster)),
        record(host, 1, bytes([10, 77, 0, rng.randrange(256)])),
    ]
    packet = struct.pack(">HHHHHH", 0, 0x8400, 0, len(answers), 0, 0) + b"".join(answers)
    return packet


def garbage(cluster):
    """One mDNS packet: four in ten are plain noise or broken by a few bytes."""
    kind = rng.random()
    if kind < 0.2:
        return rng.randbytes(rng.randrange(1, 1400))
    packet = bytearray(announcement(cluster))
    if kind < 0.4:
        for _ in range(rng.randrange(1, 8)):
            packet[rng.randrange(len(packet))] = rng.randrange(256)
        if rng.random() < 0.3:
            del packet[rng.randrange(len(packet)) :]
    return bytes(packet)


def send(sock, packets, target):
    sent = 0
    for sent, packet in enumerate(packets, 1):
        sock.sendto(packet, target)
        if sent % BATCH == 0:
            time.sleep(BREATH)
    print(sent, "sent")


def mdns(count, cluster):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(OURS))
    sock.bind((OURS, 5353))
    send(sock, (garbage(cluster) for _ in range(count)), MDNS)


def udp(address, port, count):
    """Noise, and what begins like WireGuard's messages 1 to 4."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    lengths = {1: 148, 2: 92, 3: 64, 4: 96}

    def packet():
        kind = rng.choice([0, 1, 2, 3, 4])
        length = lengths.get(kind, rng.randrange(1, 1400))
        return struct.pack("<I", kind) + rng.randbytes(length - 4 if length > 4 else 0)

    send(sock, (packet() for _ in range(count)), (address, port))


def frames(path):
    """The frames of a pcap file."""
    with open(path, "rb") as file:
        order = "<" if file.read(24)[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        while len(header := file.read(16)) == 16:
            yield file.read(struct.unpack(order + "4I", header)[2])


def replay(interface, path, source=None):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0))
    source = source and bytes.fromhex(source.replace(":", ""))
    count = 0
    for count, frame in enumerate(frames(path), 1):
        sock.send(frame[:6] + (source or frame[6:12]) + frame[12:])
        if count % BATCH == 0:
            time.sleep(BREATH)
    print(count, "replayed")


def main():
    command, *words = sys.argv[1:]
    if command == "mdns":
        mdns(int(words[0]), words[1])
    elif command == "udp":
        udp(words[0], int(words[1]), int(words[2]))
    elif command == "replay":
        replay(*words)


main()

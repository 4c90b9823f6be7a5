# SPDX-License-Identifier: GPL-2.0-or-later
"""What the agent itself costs a node. The machines' clocks go by with their
instructions, 250 million a second: what ten emulators wait for one another on two
processors is not counted as the agent's."""
from collections import Counter

from cluster import Cluster, eventually
from rows import Row
from vmlab import images
from vmlab.client import Lab, machine

NODES = 10
PROCESSES = 50
SECONDS = 60
SAMPLES = 3
ALL = list(range(1, NODES + 1))


def start(node, percent):
    """An ordinary user's processes there, each computing for so much of the time."""
    node.succeed("killall busy 2>/dev/null; cd /opt/bench; "
                 f"./crowd {PROCESSES} ./busy {percent} </dev/null >/dev/null 2>&1 &")
    node.wait(f"[ $(pidof busy | wc -w) = {PROCESSES} ]")


def wait_until_spread(node):
    """Each node has its part, or one more."""
    def spread():
        at = Counter(node.succeed("for p in $(pidof busy); do cat /proc/$p/where; done").split())
        return len(at) == NODES and max(at.values()) <= PROCESSES / NODES + 1

    eventually(spread, 600)


def looking_after(cluster, what, say):
    """Rows of the agent of the node whose processes they are."""
    busy = f"the agent, {NODES} nodes, {PROCESSES} processes {what}"
    processor = Row(f"{busy}: processor", "%", 1, "1 %")
    memory = Row(f"{busy}: memory", "MB", 1, "8 MB")
    for _ in range(SAMPLES):
        say(f"agent: {PROCESSES} processes {what}, for {SECONDS} s")
        cost = cluster.costs([1], SECONDS)[1]
        processor.add(ours=cost.cpu, peer=1)
        memory.add(ours=cost.rss, peer=8e6)
    return [processor, memory]


def costs(say, extra):
    """Rows of the agent in an idle cluster, and of one whose node has processes
    to look after; the peers are the limits."""
    idle = f"the agent, {NODES} idle nodes"
    rows = [Row(f"{idle}: processor", "%", 1, "1 %"),
            Row(f"{idle}: memory", "MB", 1, "6 MB"),
            Row(f"{idle}: sent", "kB/s", 1, "2 kB/s")]
    key = images.new_key()
    options = {"key": key, "mem": 256, "balance": True, "clock": "own"}
    machines = [machine(extra=extra, **options)] + [machine(**options)] * (NODES - 1)
    with Lab.start("cost", machines) as lab:
        cluster = Cluster(lab)
        say(f"agent: {NODES} machines find each other")
        cluster.settle(ALL, within=900)
        say(f"agent: nothing to do for {SECONDS} s")
        for cost in cluster.costs(ALL, SECONDS).values():
            for row, limit, value in zip(rows, (1, 6e6, 2000), (cost.cpu, cost.rss, cost.sent)):
                row.add(ours=value, peer=limit)
        start(lab[1], 1)
        rows += looking_after(cluster, "that sleep most of the time", say)
        start(lab[1], 100)
        say(f"agent: {PROCESSES} processes go where they find a processor")
        wait_until_spread(lab[1])
        rows += looking_after(cluster, "that compute, all over", say)
        trouble = [line for node in lab.status()["nodes"] for line in node["trouble"]]
    return rows, trouble

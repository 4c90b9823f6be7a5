# SPDX-License-Identifier: GPL-2.0-or-later
"""What the agent itself costs a node. The machines' clocks go by with their
instructions, 250 million a second: what ten emulators wait for one another on two
processors is not counted as the agent's."""
from cluster import Cluster
from rows import Row
from vmlab import images
from vmlab.client import Lab, machine

NODES = 10
PROCESSES = 50
SECONDS = 60
ALL = list(range(1, NODES + 1))


def add(rows, limits, measured):
    for row, limit, value in zip(rows, limits, measured):
        row.add(ours=value, peer=limit)


def costs(say, extra):
    """Rows of the agent in an idle cluster, and of one whose node has processes
    to look after; the peers are the limits."""
    idle = f"the agent, {NODES} idle nodes"
    busy = f"the agent, {NODES} nodes, {PROCESSES} processes of a user"
    idle_rows = [Row(f"{idle}: processor", "%", 1, "1 %"),
                 Row(f"{idle}: memory", "MB", 1, "6 MB"),
                 Row(f"{idle}: sent", "kB/s", 1, "2 kB/s")]
    busy_rows = [Row(f"{busy}: processor", "%", 1, "1 %"),
                 Row(f"{busy}: memory", "MB", 1, "8 MB")]
    key = images.new_key()
    options = {"key": key, "mem": 256, "balance": True, "clock": "own"}
    machines = [machine(extra=extra, **options)] + [machine(**options)] * (NODES - 1)
    with Lab.start("cost", machines) as lab:
        cluster = Cluster(lab)
        say(f"agent: {NODES} machines find each other")
        cluster.settle(ALL, within=900)
        say(f"agent: nothing to do for {SECONDS} s")
        for cost in cluster.costs(ALL, SECONDS).values():
            add(idle_rows, (1, 6e6, 2000), (cost.cpu, cost.rss, cost.sent))
        say(f"agent: {PROCESSES} processes for {SECONDS} s")
        lab[1].succeed(f"cd /opt/bench; ./crowd {PROCESSES} ./busy 1 </dev/null >/dev/null 2>&1 &")
        lab[1].wait(f"[ $(pidof busy | wc -w) = {PROCESSES} ]")
        cost = cluster.costs([1], SECONDS)[1]
        add(busy_rows, (1, 8e6), (cost.cpu, cost.rss))
        trouble = [line for node in lab.status()["nodes"] for line in node["trouble"]]
    return idle_rows + busy_rows, trouble

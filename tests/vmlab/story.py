# SPDX-License-Identifier: GPL-2.0-or-later
"""The story of 'make demo': three machines that nobody configured become one
cluster, and share the work of one. Machine 1 boots the live ISO, 2 and 3 are
drones."""
import json
import sys
import threading
import time

from vmlab import images, paths, terminal, work
from vmlab.client import Lab, machine
from vmlab.errors import LabError

NAME = "demo"
ALL = [1, 2, 3]
BOOT_WITHIN = 300
TOGETHER_WITHIN = 60
KINDS = {1: "full node", 2: "drone", 3: "drone"}


class Story:
    def __init__(self):
        self.begun = time.monotonic()
        self._lock = threading.Lock()  # lines do not mix

    def tell(self, text):
        with self._lock:
            print(f"{time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    def show(self, title, text):
        with self._lock:
            print(f"\n{title}")
            print("\n".join(f"    {line}" for line in text.rstrip().splitlines()), flush=True)


def follow(story, node, failures):
    """Tell how one machine becomes a member."""
    who = f"machine {node.number} ({KINDS[node.number]})"
    try:
        node.wait("true", BOOT_WITHIN)
        story.tell(f"{who} runs; nobody has configured anything")
        settled = '"state": *"(member|no-key)"'
        node.wait(f"tess status --json | grep -qE '{settled}'", BOOT_WITHIN, 1)
        status = json.loads(node.execute("tess status --json")[1])
        if status["state"] == "no-key":
            raise LabError(f"{who} has no cluster key: 'make iso' stamps one onto the image")
        timing = status["timing"]
        after = timing["member"] - timing["first_address"]
        story.tell(
            f"{who} is node {status['id']} \"{status['name']}\" of cluster {status['cluster']}, "
            f"{after:.1f} s after it had an address"
        )
    except (LabError, KeyError, ValueError) as error:
        failures.append(error)


def user_space(node):
    """When the system's own init started, in seconds since the kernel's start."""
    command = "systemctl show -P UserspaceTimestampMonotonic 2>/dev/null"
    status, output = node.execute(command)
    if status == 0 and output.strip().isdigit():
        return int(output) / 1e6
    said = node.succeed("dmesg | grep 'Run /init as init process'")
    return float(said.split("]")[0].strip("[ "))


def times(lab):
    """The table of what came when on each machine, and the time from the start of
    the last user space until the last machine listed all. The machines' own
    notes are asked afterwards: a command on one that starts takes seconds."""
    rows = ["machine    user space   agent   address   member   lists all"]
    begun, ended = [], []
    for number in ALL:
        node = lab[number]
        started, timing = user_space(node), node.json("tess status --json")["timing"]
        # its clock's zero on this computer's clock
        zero = time.monotonic() - float(node.succeed("cat /proc/uptime").split()[0])
        begun.append(zero + started)
        ended.append(zero + timing["last_change"])
        rows.append(
            f"{number} {KINDS[number]:<10} {started:>7.1f} {timing['agent_started']:>7.1f} "
            f"{timing['first_address']:>9.1f} {timing['member']:>8.1f} "
            f"{timing['last_change']:>11.1f}"
        )
    return "\n".join(rows), max(ended) - max(begun)


def lists(lab):
    """What each machine lists: {machine: {name: (number, status)}}."""
    found = {}
    for number in ALL:
        nodes = json.loads(lab[number].succeed("tess nodes --json"))["nodes"]
        found[number] = {n["name"]: (n["id"], n["status"]) for n in nodes}
    return found


def wait_together(lab):
    """Until all three list the same three; a LabError if they do not."""
    deadline = time.monotonic() + TOGETHER_WITHIN
    while True:
        seen = list(lists(lab).values())
        entries = list(seen[0].values())
        together = len(entries) == len(ALL) and all(status == "up" for _, status in entries)
        if together and all(one == seen[0] for one in seen):
            return
        if time.monotonic() > deadline:
            raise LabError(f"the machines do not list each other: {lists(lab)}")
        time.sleep(0.5)


def tell(story, lab):
    emulated = lab.status()["nodes"][0]["accel"] == "tcg"
    story.tell(
        "three machines are switched on: one boots the live ISO, two are drones"
        + (" (emulated: a PC is much faster)" if emulated else "")
    )
    failures = []
    followers = [
        threading.Thread(target=follow, args=(story, lab[number], failures)) for number in ALL
    ]
    for thread in followers:
        thread.start()
    for thread in followers:
        thread.join()
    if failures:
        raise failures[0]
    wait_together(lab)
    table, took = times(lab)
    story.tell(f"all three list each other, {took:.1f} s after the last one's user space started")
    story.show("Seconds since each kernel's start:", table)
    for number in (1, 2):
        story.show(f"'tess nodes' on machine {number}:", lab[number].succeed("tess nodes"))
    print()
    work.show(story, lab, {lab[n].json("tess status --json")["id"]: n for n in ALL})


def main():
    story = Story()
    key = images.read_key(str(paths.BUILD / "cluster.key"))
    drone = machine(key=key, balance=True)
    machines = [machine("iso"), drone, drone]
    with Lab.start(NAME, machines) as lab:
        tell(story, lab)
        if sys.stdin.isatty() and sys.stdout.isatty():
            print("You are on node 1. Try: tess, tess nodes, tess help. 'exit' ends it all.")
            terminal.attach(paths.run_dir(NAME) / "1.hvc1", user="tessera")
    story.tell("the machines are off; nothing is left behind")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabError as error:
        print(f"error: {error}\nlogs: {paths.shown(paths.log_dir(NAME))}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)

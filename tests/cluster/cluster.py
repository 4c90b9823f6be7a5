# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab as a cluster: how a scenario gets one, what its members think of each
other, and what must not show in the end: a complaint of a kernel, a leak."""
import contextlib
import json
import threading
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from vmlab.client import SLOW, Lab, machine
from vmlab.errors import LabError

DEBUG = SLOW > 1
LEAKS = """mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
[ -e /sys/kernel/debug/kmemleak ] || exit 0
echo scan >/sys/kernel/debug/kmemleak; echo scan >/sys/kernel/debug/kmemleak
cat /sys/kernel/debug/kmemleak"""

# Its process, not the one that moves something for it.
AGENT = "$(pidof tesserad | tr ' ' '\\n' | sort -n | head -n 1)"


def patience(seconds):
    """Longer where a debug kernel makes everything slow: deadlines, and the time
    between questions, which are most of what such a machine has to do."""
    return seconds * SLOW


def note(record_property, name, seconds):
    """Keep a measured time for the report, and show it."""
    record_property(name, round(seconds, 1))
    print(f"\n{name}: {seconds:.1f} s")


def eventually(question, within, interval=0.4):
    """Ask until the answer is true, and return it. The question raises
    AssertionError with the reason, or returns something false, as long as it
    is not."""
    deadline = time.monotonic() + within
    while True:
        reason = None
        try:
            answer = question()
            if answer:
                return answer
        except AssertionError as error:
            reason = error
        if time.monotonic() > deadline:
            why = f":\n{reason}" if reason else ""
            raise AssertionError(f"not within {within:.0f} s{why}")
        time.sleep(patience(interval))


def throughout(question, seconds, interval=0.4):
    """The opposite of eventually: the answer must stay true for so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert question()
        time.sleep(min(patience(interval), seconds / 4))


def configure(node, text):
    """The agent's whole configuration, which it takes at once."""
    node.succeed(f"echo '{text}' >/etc/tessera/tessera.conf; kill -HUP {AGENT}")


def hold(seconds):
    """Let time pass where its length is the behaviour that is tested."""
    time.sleep(seconds)


# How long a cluster may take in an emulator that shares a busy host. The bounds
# that users are promised, 3 and 10 seconds, hold on a simulated clock (the
# agent's unit tests of members); here they are measured and shown.
MEMBER_WITHIN = 8
NOTICED_WITHIN = 25


def name_of(number):
    """The default host name of machine N: the end of its MAC address."""
    return f"tess-{number:06x}"


Traffic = namedtuple("Traffic", "received sent")
# Percent of a CPU, resident bytes, bytes a second.
Cost = namedtuple("Cost", "cpu rss received sent")


class Cluster:
    def __init__(self, lab):
        self.lab = lab

    def __getitem__(self, number):
        return self.lab[number]

    def repair(self):
        """Undo what a scenario may have left: cuts, pulled cables, power losses."""
        for entry in self.lab.status()["nodes"]:
            node = self.lab[entry["node"]]
            if entry["state"] == "off":
                node.start()
                continue
            if entry["cut"]:
                node.heal()
            node.link(True)

    def numbers(self):
        """The machines that are on."""
        return [n["node"] for n in self.lab.status()["nodes"] if n["state"] == "on"]

    def view(self, number, patience_for=20):
        """What one machine lists: {name: entry}; None while it cannot tell."""
        try:
            status, output = self.lab[number].execute(
                "tess nodes --json", timeout=30, patience=patience_for
            )
        except LabError:
            return None
        if status:
            return None
        return {entry["name"]: entry for entry in json.loads(output)["nodes"]}

    def views(self, numbers=None, patience_for=20):
        numbers = list(numbers or self.numbers())
        with ThreadPoolExecutor(len(numbers)) as pool:
            found = pool.map(lambda n: self.view(n, patience_for), numbers)
            return dict(zip(numbers, found))

    def status(self, number):
        """What 'tess status' says; without a key it says so with a status."""
        status, output = self.lab[number].execute("tess status --json")
        assert status in (0, 4), f"machine {number}: tess status ended with {status}: {output}"
        return json.loads(output)

    def told(self, views):
        """The views as a person reads them."""
        lines = []
        for number, view in views.items():
            entries = view and ", ".join(
                f"{e['id']}={name} {e['status']}" for name, e in sorted(view.items())
            )
            lines.append(f"  machine {number} sees: {entries}")
        return "\n".join(lines)

    def agree(self, numbers):
        """{name: number} if all these machines list exactly each other as up,
        with the same unique numbers; an AssertionError with the views if not."""
        views = self.views(numbers)
        names = {name_of(number) for number in numbers}
        lists = []
        for view in views.values():
            up = {n: e["id"] for n, e in (view or {}).items() if e["status"] == "up"}
            assert set(up) == names, self.told(views)
            lists.append(up)
        assert all(one == lists[0] for one in lists), self.told(views)
        ids = list(lists[0].values())
        assert len(set(ids)) == len(ids) and 0 not in ids, self.told(views)
        return lists[0]

    def settle(self, numbers, within=60):
        """Wait until they agree."""
        return eventually(lambda: self.agree(numbers), patience(within))

    def seen(self, name, numbers):
        """{machine: status of that name} as these see it: 'gone' if it is not
        listed, 'unknown' while a machine cannot tell."""
        return {
            number: "unknown" if view is None else view.get(name, {"status": "gone"})["status"]
            for number, view in self.views(numbers).items()
        }

    def wait_seen(self, name, numbers, statuses, within):
        """Until all these machines say one of the statuses; returns the time."""
        begun = time.monotonic()

        def asked():
            seen = self.seen(name, numbers)
            assert set(seen.values()) <= set(statuses), f"{name} is seen as {seen}"
            return True

        eventually(asked, within, interval=0.2)
        return time.monotonic() - begun

    def agent(self, number):
        """PID of the agent."""
        return int(self.lab[number].wait(f"pidof tesserad >/dev/null && echo {AGENT}",
                                         timeout=patience(20)))

    def rss(self, number):
        """The agent's resident memory in bytes."""
        out = self.lab[number].succeed(f"grep VmRSS /proc/{AGENT}/status")
        return int(out.split()[1]) * 1024

    def agent_time(self, number):
        """CPU time of the agent, and the machine's clock: seconds."""
        out = self.lab[number].succeed(f"cat /proc/{AGENT}/schedstat /proc/uptime")
        ran, uptime = (line.split()[0] for line in out.splitlines())
        return int(ran) / 1e9, float(uptime)

    def traffic(self):
        """{machine: Traffic on its NIC, in bytes}."""
        found = {}
        for link in json.loads(self.lab.run(["ip", "-j", "-s", "link", "show", "type", "tun"])):
            number = int(link["ifname"].removeprefix("tap").split("n")[0])
            # What the tap receives is what the machine sent.
            stats = link["stats64"]
            found[number] = Traffic(received=stats["tx"]["bytes"], sent=stats["rx"]["bytes"])
        return found

    def costs(self, numbers, seconds):
        """{machine: Cost of its agent} in the next seconds."""
        before = {number: self.agent_time(number) for number in numbers}
        traffic, begun = self.traffic(), time.monotonic()
        hold(seconds)
        traffic_now, took = self.traffic(), time.monotonic() - begun
        found = {}
        for number in numbers:
            now = zip(self.agent_time(number), before[number])
            used, clock = (new - old for new, old in now)
            received, sent = (
                (new - old) / took for new, old in zip(traffic_now[number], traffic[number])
            )
            found[number] = Cost(100 * used / clock, self.rss(number), received, sent)
        return found


class NumberWatch:
    """Looks at all members' lists all the time: no number may be used by two
    nodes at once, neither in one list nor between what nodes say of themselves."""

    def __init__(self, cluster, interval=2.0):
        self.cluster = cluster
        self.interval = interval
        self.samples = 0
        self.violations = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(60)

    def _run(self):
        while not self._over.wait(patience(self.interval)):
            try:
                self.look(self.cluster.views(patience_for=3))
            except (LabError, ValueError):
                continue  # a machine is off or booting, or the lab is ending

    def look(self, views):
        views = {number: view for number, view in views.items() if view}
        self.samples += len(views)
        owners = {}
        for number, view in views.items():
            used = {}
            for name, entry in view.items():
                if entry["status"] not in ("up", "suspect") or not entry["id"]:
                    continue
                if used.setdefault(entry["id"], name) != name:
                    self.violations.append(self.cluster.told({number: view}))
                if entry["self"] and owners.setdefault(entry["id"], name) != name:
                    self.violations.append(self.cluster.told(views))

    def verdict(self):
        assert self.samples > 0, "the watch saw nothing"
        assert not self.violations, "a number was used twice at once:\n" + self.violations[0]


def drone(**options):
    """A drone as scenarios want it; the debug kernel needs room for its shadow."""
    options.setdefault("mem", 900 if DEBUG else 256)
    return machine(**options)


@contextlib.contextmanager
def cluster_of(name, machines, **options):
    """A lab for a module's scenarios. It fails in the end when a kernel has
    complained on its console."""
    with Lab.start(f"test-{name}", machines, **options) as lab:
        yield Cluster(lab)
        trouble = [line for node in lab.status()["nodes"] for line in node["trouble"]]
        assert not trouble, "a kernel has complained:\n" + "\n".join(trouble)
        if DEBUG:
            for node in lab.nodes:
                if node.status()["state"] == "on":
                    leaks = node.succeed(LEAKS, timeout=300)
                    assert not leaks.strip(), f"{node} leaks kernel memory:\n{leaks}"

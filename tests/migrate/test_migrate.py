# SPDX-License-Identifier: GPL-2.0-or-later
"""Two drones and many small programs: started on machine 1, moved to machine 2
in the way that the flavour names, each program looks at itself and says whether
everything is as it was. driver.c does this in the machine; here its results,
a batch at a time, become one test for each program and flavour."""
import re

import pytest
from cluster import DEBUG, cluster_of, drone, name_of, patience
from leaks import Leaks
from tools import BUILT, HERE, build, lay
from vmlab import images
from vmlab.errors import LabError

pytestmark = pytest.mark.drones

FLAVOURS = ["unmoved", "moved", "home", "forth", "cut"]
PROGRAMS = sorted(path.stem for path in (HERE / "programs").glob("*.c*"))
MEMBERS = [1, 2]
BATCH = 8
FILES = 524288  # what systemd lets a user's programs ask for
RESTARTS = 5  # of crashed machines, for each flavour; then something is badly wrong


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Machine 1 has the programs. What runs on machine 2 comes from machine 1."""
    build()
    root = tmp_path_factory.mktemp("programs")
    lay(root, BUILT / "driver", *(BUILT / "programs" / program for program in PROGRAMS))
    key = images.new_key()
    home = drone(key=key, cpus=2, mem=1600 if DEBUG else 700, extra=str(root))
    away = drone(key=key, cpus=2)
    with cluster_of("migrate", [home, away]) as cluster:
        yield cluster


class Runs:
    """The verdicts of the programs that this session asks for: a few at a time, so
    that one sees how far it is."""

    def __init__(self, cluster, items):
        self.cluster = cluster
        self.items = items
        self.verdicts = {}
        self.flavour = None
        self.restarts = 0

    def verdict(self, flavour, program):
        """(whether it passed, what was said of it)"""
        if flavour != self.flavour:
            self.begin(flavour)
        if (flavour, program) not in self.verdicts:
            at = self.wanted.index(program) // BATCH * BATCH
            self.run_batch(flavour, self.wanted[at : at + BATCH])
        return self.verdicts[flavour, program]

    def begin(self, flavour):
        self.flavour = flavour
        self.restarts = 0
        self.wanted = [
            item.callspec.params["program"] for item in self.items
            if getattr(item, "callspec", None)
            and item.callspec.params.get("flavour") == flavour
        ]  # fmt: skip
        if flavour == "cut":
            self.drive("moved", self.wanted[:1])  # what comes once is there
            self.leaks = Leaks(self.cluster, MEMBERS)

    def run_batch(self, flavour, programs):
        """If a machine does not survive it, one by one, to know by whom."""
        try:
            self.note(flavour, programs, self.drive(flavour, programs))
        except (LabError, AssertionError) as error:
            for program in programs:
                self.verdicts[flavour, program] = (False, str(error))
            if self.restarts >= RESTARTS:
                return
            self.restarts += 1
            self.restart()
            for program in programs if len(programs) > 1 else []:
                self.run_batch(flavour, [program])

    def drive(self, flavour, programs):
        node = 0
        if flavour != "unmoved":
            node = self.cluster.settle(MEMBERS, within=120)[name_of(2)]
        limit = int(patience(90 * len(programs)))
        output = self.cluster[1].execute(
            f"ulimit -Hn {FILES}; SLOW={patience(1)} "
            f"/opt/migrate/driver {flavour} {node} /opt/migrate " + " ".join(programs),
            timeout=limit,
        )[1]
        # Whatever happened, nothing is left of it at the other end.
        self.cluster[2].wait("[ ! -s /proc/hpc/guests ]", timeout=patience(10))
        return output

    def note(self, flavour, programs, output):
        for node in self.cluster.lab.status()["nodes"]:
            if node["state"] != "on" or node["trouble"]:
                raise LabError(f"machine {node['node']}: {node['trouble'] or node['reason']}")
        reports = re.split(r"^(?=PASS |FAIL |\d+ passed)", output, flags=re.M)
        for report in reports:
            words = report.split(maxsplit=2)
            if len(words) > 1 and words[1] in programs:
                self.verdicts[flavour, words[1]] = (words[0] == "PASS", report.rstrip())
        for program in programs:
            self.verdicts.setdefault((flavour, program), (False, f"not reported:\n{output}"))

    def restart(self):
        """Both machines, because the other one may wait for the crashed one."""
        for number in MEMBERS:
            self.cluster[number].kill()
            self.cluster[number].start()
        for number in MEMBERS:
            self.cluster[number].wait_shell(patience(120))


@pytest.fixture(scope="module")
def runs(request, pair):
    return Runs(pair, request.session.items)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_program_behaves(runs, flavour, program):
    passed, report = runs.verdict(flavour, program)
    print(report)
    assert passed, report


def test_links_that_ended_leave_nothing_behind(runs):
    if not hasattr(runs, "leaks"):
        pytest.skip("no link was cut")
    runs.leaks.none()

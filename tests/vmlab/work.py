# SPDX-License-Identifier: GPL-2.0-or-later
"""The second half of 'make demo': an ordinary user starts eight jobs on machine 1,
and nobody says where they should run. One is interrupted, one machine is switched
off by its power button, and all the others end right."""
import time

from vmlab.errors import LabError

JOBS = 8
ALONE = 12  # seconds that one job should take when it is alone
SAMPLE = 100_000  # rounds, to see how fast the machine is
LOOK = 1.5
START_WITHIN = 120
SPREAD_WITHIN = 60
OFF_WITHIN = 60
END_WITHIN = 400
# An unmodified program of the live system's.
AWK = "gawk -v n={rounds} \"BEGIN {{ for (i = 0; i < n; i++) s += i % 7; print s }}\""
# Each job and the node it is on; little work for a machine that is busy.
PLACES = """for pid in $(pidof gawk); do
    read -r place </proc/$pid/where && echo $pid $place
done 2>/dev/null; :"""
# A job as the user starts it.
EACH = """#!/bin/bash
TIMEFORMAT='real %1R s, user %1U s, sys %1S s'
{{ time {awk} >$1.out; }} 2>$1.time
echo $? >$1.status
"""


def as_user(command):
    return f"su tessera -s /bin/bash -c '{command}'"


class Work:
    def __init__(self, story, lab, names):
        self.story = story
        self.node = lab[1]
        self.lab = lab
        self.names = names  # {node number: machine}
        self.places = {}  # {PID: node number}

    def alone(self, rounds):
        """(seconds, result) of one job that stays."""
        command = "TIMEFORMAT=%R; time tess run --stay " + AWK.format(rounds=rounds)
        out = self.node.succeed(f"su tessera -s /bin/bash <<'end' 2>&1\n{command}\nend", 120)
        result, seconds = out.split()
        return float(seconds), result

    def calibrate(self):
        """How much work takes one job long enough, on a machine that has started."""
        self.node.wait("! systemctl is-system-running | grep -q starting", START_WITHIN, 1)
        self.rounds = SAMPLE
        self.seconds, self.result = self.alone(self.rounds)
        while self.seconds < ALONE * 0.75:
            self.rounds = int(self.rounds * ALONE / self.seconds)
            self.seconds, self.result = self.alone(self.rounds)
        self.story.tell(
            f"a job that takes {self.seconds:.1f} s alone: {JOBS} of them would take one such "
            f"machine {JOBS * self.seconds:.0f} s"
        )

    def start(self):
        each = EACH.format(awk=AWK.format(rounds=self.rounds))
        self.node.succeed(
            "rm -rf /tmp/jobs && mkdir -m 1777 /tmp/jobs && cd /tmp/jobs && "
            f"cat >job <<'end'\n{each}end\nchmod 755 job\n"
            # At a terminal nobody ignores interrupts; what runs in the lab does.
            + "env --default-signal=INT,QUIT "
            + as_user(f"set -m; for n in $(seq {JOBS}); do ./job $n & done")
            + " </dev/null >/dev/null 2>&1"
        )
        self.begun = time.monotonic()
        self.story.tell(f"the user 'tessera' starts {JOBS} of them on machine 1")

    def machine(self, number):
        return f"machine {self.names.get(number, '?')}"

    def look(self):
        """Tell which jobs have gone where since the last look; {PID: node number}."""
        lines = self.node.succeed(PLACES).splitlines()
        now = {pid: place or self.home for pid, place in (map(int, line.split()) for line in lines)}
        for pid, place in now.items():
            if place != self.places.get(pid, self.home):
                self.story.tell(f"job {pid} now runs on {self.machine(place)}")
        self.places = now
        return now

    @property
    def home(self):
        return next(number for number, machine in self.names.items() if machine == 1)

    def until(self, condition, within, what):
        deadline = time.monotonic() + within
        while not condition(self.look()):
            if time.monotonic() > deadline:
                raise LabError(
                    f"{what} within {within} s: {self.places}\n" + self.node.succeed("tess nodes")
                )
            time.sleep(LOOK)

    def spread(self):
        others = set(self.names) - {self.home}
        self.until(
            lambda now: others <= set(now.values()), SPREAD_WITHIN, "the jobs do not spread"
        )
        self.story.tell("all machines work now; nobody has told them to")
        self.story.show("'tess ps' on machine 1:", self.node.succeed("tess ps"))
        print()

    def interrupt(self):
        """One that is away, as Ctrl-C does it."""
        pid = next(pid for pid, place in self.places.items() if place != self.home)
        self.node.succeed(as_user(f"kill -INT {pid}"))
        self.node.wait("cat /tmp/jobs/*.status", 20)
        status = self.node.succeed("cat /tmp/jobs/*.status").strip()
        if status != "130":
            raise LabError(f"job {pid} should have been interrupted, its status is {status}")
        there = self.machine(self.places.pop(pid))
        self.story.tell(f"job {pid}, on {there}, is interrupted as by Ctrl-C: status 130")

    def on(self, machine):
        return sum(self.names.get(place) == machine for place in self.places.values())

    def switch_off(self, machine):
        self.until(
            lambda now: self.on(machine), SPREAD_WITHIN, f"machine {machine} has got no job"
        )
        jobs = self.on(machine)
        self.story.tell(f"the power button of machine {machine}, which runs "
                        f"{jobs} job{'s' if jobs > 1 else ''}")
        self.lab[machine].button(timeout=OFF_WITHIN)
        self.story.tell(f"machine {machine} is off")
        self.look()

    def end(self):
        self.until(lambda now: not now, END_WITHIN, "the jobs do not end")
        took = time.monotonic() - self.begun
        statuses = self.node.wait(
            f"cd /tmp/jobs; [ $(cat *.status | wc -l) = {JOBS} ] && grep . *.status", 20
        ).split()
        ended = [entry for entry in statuses if entry.endswith(":0")]
        results = self.node.succeed("cd /tmp/jobs; cat *.out").split()
        if len(ended) != JOBS - 1 or results != [self.result] * len(ended):
            raise LabError(f"the jobs did not end right: {statuses} {results}")
        name = ended[-1].split(".")[0]
        self.story.tell(f"all {len(ended)} others have ended with the right result")
        self.story.show(f"'time' of job {name}:", self.node.succeed(f"cat /tmp/jobs/{name}.time"))
        single = self.seconds * len(ended)
        self.story.tell(
            f"{len(ended)} jobs took {took:.0f} s here, {single:.0f} s on one machine: "
            f"{single / took:.2f} times as fast"
        )


def show(story, lab, names):
    """names: {node number: machine}."""
    work = Work(story, lab, names)
    work.calibrate()
    work.start()
    work.spread()
    work.interrupt()
    work.switch_off(3)
    work.end()

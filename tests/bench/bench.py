# SPDX-License-Identifier: GPL-2.0-or-later
"""make bench: what moving costs, against what else there is, in one run on two
virtual machines. Ours and the peer's are measured in turn, so that a change of
the host's load meets both. docs/benchmarks.md tells what the rows mean."""
import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import cost
import native
import rows
from pair import JOB_WITHIN, MEMORY, Pair
from rows import Row
from vmlab import paths
from vmlab.errors import LabError

LARGE = 256  # MiB
JOBS = 8
STEPS, STEP = 32, 4  # of a build, seconds
ALONE = 20  # seconds of a job that has a processor for itself
BEGUN = time.monotonic()


def say(text):
    minutes, seconds = divmod(int(time.monotonic() - BEGUN), 60)
    print(f"{minutes:3}:{seconds:02} {text}", file=sys.stderr, flush=True)


def in_turn(what, count):
    for i in range(count):
        say(f"{what}: {i + 1} of {count}")
        yield i


def freezes(pair, count):
    """The longest time in which the process saw nothing, by home's clock."""
    size = Row(f"freeze of {LARGE} MiB", "ms", 1.5, "freeze of 1 MiB")
    threads = Row("freeze of 16 threads", "ms", 3, "freeze of 1 thread")
    for _ in in_turn("freezes", count):
        size.add(peer=pair.moved("gap", "freeze", 1, 1, 0)[1])
        size.add(ours=pair.moved("gap", "freeze", LARGE, 1, 0)[1])
        threads.add(peer=pair.moved("gap", "freeze", 1, 1, 1000)[1])
        threads.add(ours=pair.moved("gap", "freeze", 1, 16, 1000)[1])
    return [size, threads]


def against_criu(pair, count):
    row = Row(f"freeze of {LARGE} MiB", "ms", 0.025, "CRIU's dump, copy and restore")
    pair.criu_ready()
    for i in in_turn("CRIU", count):
        row.add(ours=pair.moved("gap", "freeze", LARGE, 1, 0)[1])
        row.add(peer=sum(pair.criu(20000 + 1000 * i, "freeze", LARGE, 1, 0)))
    return [row]


def calls(pair, count):
    row = Row("forwarded getppid", "µs", 1.25, "TCP ping-pong")
    for _ in in_turn("calls", count):
        row.add(ours=pair.moved("ask", "call", 500)[0], peer=pair.tcp("ping", 500))
    return [row]


def transfers(pair, count):
    """Memory that home pushes; memory that the process asks for; TCP's copy."""
    push = Row(f"background transfer of {LARGE} MiB", "MB/s", 1.25, "TCP", more_is_better=True)
    walk = Row(f"walk through {LARGE} MiB after the move", "s", 2, "copy by TCP")
    for _ in in_turn("transfers", count):
        size, took = pair.moved("drain", "walk", LARGE)
        push.add(ours=size * 1e9 / took)
        copied = pair.tcp("bulk", LARGE)
        push.add(peer=LARGE * 2**20 * 1e9 / copied)
        walk.add(peer=copied)
        # From the end of the move: what is pushed before it begins counts, too.
        walk.add(ours=pair.moved("ask", "walk", LARGE)[1])
    return [push, walk]


def jobs(pair, count, seconds):
    """A third of it at home: the peer is a third of the time that it takes here, and
    two thirds of what it takes there."""
    row = Row(f"{seconds} s of computing, moved once", "s", 1.03, "unmoved, here and there")
    pair.never_idle()
    rounds = int(seconds * 1e9 / pair.numbers("job")[0])
    for _ in in_turn("jobs", count):
        row.add(peer=(pair.job(rounds) + 2 * pair.job(rounds, node=pair.host)) / 3)
        row.add(ours=pair.job(rounds, move_after_ms=seconds * 1000 // 3))
    return [row]


def spreads(pair, count, seconds):
    """Equal jobs of an ordinary user, all started on one of two equal nodes."""
    what = f"{JOBS} jobs of {seconds} s on one of two nodes"
    half = Row(what, "s", 1.1, "half of one node's time")
    listed = Row(what, "s", 1, "GNU parallel, both nodes listed")
    rounds = int(seconds * 1e9 / pair.numbers("job")[0])
    pair.parallel_ready()
    for _ in in_turn("jobs that spread", count):
        # Half of the jobs there: as long as half of the time of all.
        half.add(peer=pair.crowd(JOBS // 2, "tess", "run", "--stay", "./job", rounds,
                                 node=pair.home))
        ours = pair.crowd(JOBS, "./job", rounds)
        half.add(ours=ours)
        listed.add(ours=ours, peer=pair.parallel(JOBS, "job", rounds))
    return [half, listed]


def builds(pair, count):
    """What is typed: make -j. All steps are started on one of two equal nodes."""
    row = Row(f"make -j {JOBS}: {STEPS} steps of {STEP} s on one of two nodes", "s", 1.25,
              "half of one node's time")
    rounds = int(STEP * 1e9 / pair.numbers("job")[0])

    def make(steps):
        return ("make", "-s", "-j", JOBS, "-f", "steps.mk", f"STEPS={steps}", f"ROUNDS={rounds}")

    for _ in in_turn("builds", count):
        row.add(peer=pair.crowd(1, "tess", "run", "--stay", *make(STEPS // 2),
                                node=pair.home))
        row.add(ours=pair.crowd(1, *make(STEPS)))
    return [row]


def omniscient(trace, seconds):
    """The mean slowdown under somebody who knows of each job how long it will live,
    if all have arrived after so many seconds."""
    said = subprocess.run(
        [paths.BUILD / "agent/sim", "-1", "-n", "2", "-w", "10", "-t", str(seconds),
         "-d", str(JOB_WITHIN), "-p", "greedy", "-r", trace],
        capture_output=True, text=True, check=True).stdout
    head, _, row = (line.strip("| ").split(" | ") for line in said.splitlines())
    return float(row[head.index("slowdown")])


def arrivals(pair, count):
    """Jobs of random length arrive on one of two equal nodes. How much longer than
    alone each takes; against the simulation of the same jobs."""
    trace = Path(__file__).with_name("arrivals.trace")
    jobs = [tuple(map(int, line.split())) for line in trace.read_text().splitlines()
            if not line.startswith("#")]
    row = Row(f"{len(jobs)} jobs that arrive by chance: mean slowdown", "times", 1.15,
              "omniscient, simulated")
    rounds = int(ALONE * 1e9 / pair.numbers("job")[0])
    for _ in in_turn("jobs that arrive", count):
        alone = pair.job(rounds, node=pair.home)
        each = " ".join(f"{at}:{int(ms * 1e6 * rounds / alone)}" for at, _, ms, _ in jobs)
        took = pair.numbers(f"arrivals ./job {each}", JOB_WITHIN)
        row.add(ours=mean(ns / ms / 1e6 for ns, (_, _, ms, _) in zip(took, jobs)))
        row.add(peer=omniscient(trace, jobs[-1][0] // 1000 + 1))
    return [row]


def mixed(pair, count, seconds):
    """The same where the other node is slower."""
    row = Row(f"{JOBS} jobs of {seconds} s, the other node half as fast", "s", 1.15,
              "the ideal split")
    rounds = int(seconds * 1e9 / pair.numbers("job")[0])
    # What each node can do while the other one computes, too.
    some = {pair.home: JOBS // 2, pair.host: JOBS // 4}

    def stay(node):
        command = f"crowd {some[node]} tess run --stay ./job {rounds}"
        return pair.numbers(command, JOB_WITHIN, node)[0]

    for _ in in_turn("jobs of a mixed pair", count):
        with pair.in_step():
            took = dict(zip(some, pair.each(stay)))
        row.add(peer=JOBS / sum(some[node] / took[node] for node in some))
        row.add(ours=pair.crowd(JOBS, "./job", rounds))
    return [row]


def shorts(pair, count):
    """Commands that never leave. One in a hundred is less than what an emulator's
    times differ by: these machines' clocks go by their instructions."""
    listing = Row("ls, 300 times", "s", 1.01, "with balancing off")
    script = Row("a script like configure", "s", 1.01, "with balancing off")
    # While nobody has anything to do the clock goes by the host's.
    shell = Row("400 commands typed to a shell, idle moments left out", "s", 1.01,
                "with balancing off")
    for i in in_turn("short commands", count):
        for on in (i % 2 == 0, i % 2 == 1):
            pair.balance_at_home(on)
            whose = "ours" if on else "peer"
            listing.add(**{whose: pair.crowd("again", 300, "ls", "-l", "/etc")})
            script.add(**{whose: pair.crowd("again", 1, "./configure.sh")})
            shell.add(**{whose: pair.numbers("shell 400")[0]})
    return [listing, script, shell]


def in_pair(parts, failures, **options):
    """What is wanted of ((part, function of the pair), …): rows, and what the
    machines were."""
    found, about = [], {}
    if not parts:
        return found, about
    with tempfile.TemporaryDirectory() as directory, Pair(directory, **options) as pair:
        for part, measure in parts:
            try:
                found += measure(pair)
            except (LabError, AssertionError) as error:  # the rest is still worth its time
                failures.append(f"{part}: {error}")
        about = machines(pair)
        failures += pair.complaints()
    return found, about


def natives(count):
    """The rows count instructions; their times are for beside."""
    program = paths.BUILD / "bench/programs/native"
    goal, peer = 1.01, "the kernel without Tessera"
    counted = {t: Row(f"not moved: {n}", "instructions", goal, peer)
               for t, n in native.THINGS.items()}
    timed = {t: Row(f"not moved: {n}", "ns", goal, peer) for t, n in native.THINGS.items()}
    for _ in in_turn("kernels with and without", count):
        for counting, those in ((True, counted), (False, timed)):
            without = native.boot(native.WITHOUT, program, counting)
            ours = native.boot(native.OURS, program, counting)
            for thing, row in those.items():
                row.add(ours=ours[thing][counting], peer=without[thing][counting])
    return list(counted.values()), list(timed.values())


def machines(pair):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), platform.machine())
    return {
        "host": f"{os.cpu_count()} CPUs, {cpu}, load {os.getloadavg()[0]:.1f} at the end",
        "virtual machines": f"2 drones, 1 CPU and {MEMORY} MB each, "
                            f"{pair.lab.nodes[0].status()['accel']}",
        "kernel": pair.home.succeed("uname -r").strip(),
    }


PARTS = ("native", "freeze", "criu", "call", "transfer", "job", "spread", "arrivals", "build",
         "mixed", "short", "cost")


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--runs", type=int, help="repeat each so often, not as is usual for it")
    parser.add_argument("--seconds", type=int, default=60, help="of the job that computes")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args()
    for part in chosen.parts:
        if part not in PARTS:
            parser.error(f"there is no part '{part}'")
    return chosen


def main():
    chosen = options()
    found, beside = [], []

    def runs(usual):
        return chosen.runs or usual

    def wanted(*parts):
        return [part for part in parts if not chosen.parts or part[0] in chosen.parts]

    counted, failures = [], []
    if wanted(("native",)):
        counted, beside = natives(runs(3))
    moved = wanted(
        ("freeze", lambda pair: freezes(pair, runs(7))),
        ("criu", lambda pair: against_criu(pair, runs(3))),
        ("call", lambda pair: calls(pair, runs(7))),
        ("transfer", lambda pair: transfers(pair, runs(3))),
    )
    computing = wanted(
        ("job", lambda pair: jobs(pair, runs(3), chosen.seconds)),
    )
    balanced = wanted(
        ("spread", lambda pair: spreads(pair, runs(2), chosen.seconds)),
        ("arrivals", lambda pair: arrivals(pair, runs(1))),
        ("build", lambda pair: builds(pair, runs(1))),
    )
    short = wanted(("short", lambda pair: shorts(pair, runs(5))))
    uneven = wanted(("mixed", lambda pair: mixed(pair, runs(1), chosen.seconds)))
    about = {}
    if wanted(("cost",)):
        with tempfile.TemporaryDirectory() as directory:
            try:
                rows_of_agent, trouble = cost.costs(say, str(Pair(directory).extra))
                found += rows_of_agent
                failures += trouble
            except (LabError, AssertionError) as error:
                failures.append(f"cost: {error}")
    balancing = {"balance": True}
    for parts, kind in (
        (moved, {}),
        (computing, {"clocks": ("steady", "steady")}),
        (balanced, {**balancing, "clocks": ("steady", "steady")}),
        (uneven, {**balancing, "clocks": ("steady", "slow")}),
        (short, {**balancing, "clocks": ("own", "own")}),
    ):
        rows_of_pair, machines_of_pair = in_pair(parts, failures, **kind)
        found += rows_of_pair
        about.update(machines_of_pair)
    found += counted
    print(rows.table(found))
    if beside:
        print("\nbeside, in time, which the emulator makes differ by more than that:")
        print(rows.table(beside))
    for what, value in about.items():
        print(f"{what}: {value}")
    rows.write(paths.BUILD / "bench.json", found, beside, about)
    missed = [row for row in found if not row.met]
    print(f"{len(found) - len(missed)} of {len(found)} goals met; "
          f"{paths.shown(paths.BUILD / 'bench.json')}")
    if failures:
        raise LabError("not all could be measured, or a kernel has complained:\n"
                       + "\n".join(failures))


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        sys.exit(f"error: {error}")

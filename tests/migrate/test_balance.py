# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines with one CPU each that balance by themselves."""
import os

import pytest
from cluster import cluster_of, configure, drone, eventually, name_of, patience, throughout
from tools import swap_disk
from vmlab import images

pytestmark = pytest.mark.drones

HOME, AWAY = MEMBERS = [1, 2]
JOB = 'awk "BEGIN { while (1) i++ }"'
COUNTER = """(
    awk "BEGIN {{ for (i = 0; i < {0}; i++) s += i % 7; print s }}" >/tmp/job.$i.sum
    echo $? >/tmp/job.$i.status
)"""
COUNTS = 1500000
# Who is left after a power loss still computes when the host is back.
COUNTS_LONG = 3 * COUNTS
STEP = """#!/bin/sh
exec awk 'BEGIN { for (i = 0; i < 1000000; i++) s += i % 7; print s }'
"""
EATER = 'awk "BEGIN { while (i < 1500000) a[i++] = i; while (1) j++ }"'
SPREAD_WITHIN = 40
SWAPPED_AT_MOST = 4  # MiB: what the kernel does a little of at any time
# Seconds in which nothing may move; a cluster is promised five minutes.
QUIET = int(os.environ.get("QUIET_SECONDS", "30"))
LOOK = 4  # seconds; each look is work for an emulated machine, and it would count


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Home has a disk for swapping."""
    swap, _ = swap_disk(tmp_path_factory.mktemp("swap"), "disk")
    key = images.new_key()
    machines = [drone(key=key, balance=True, qemu=swap), drone(key=key, balance=True)]
    with cluster_of("balance", machines) as cluster:
        cluster.numbers = cluster.settle(MEMBERS, within=120)
        yield cluster


@pytest.fixture(autouse=True)
def clean(pair):
    yield
    pair[HOME].execute("killall -9 awk")
    pair[HOME].wait("! pidof awk", timeout=patience(20))
    pair[AWAY].wait("! grep . /proc/hpc/guests", timeout=patience(20))


def start(pair, command, count=1, user="tessera"):
    pair[HOME].succeed(
        f"su {user} -s /bin/sh -c 'for i in $(seq {count}); do {command} & done'"
        " </dev/null >/dev/null 2>&1"
    )


def guests(pair):
    return len(pair[AWAY].succeed("cat /proc/hpc/guests").splitlines())


def one_guest(pair):
    """If not, the reason is where the jobs are, and how often they went."""
    assert guests(pair) == 1, pair[HOME].succeed(
        "for p in $(pidof awk); do cd /proc/$p; echo $p at $(cat where) moves $(cat nmigs):"
        " $(cat cantmove stat); done; tail -n 3 /tmp/job.*; dmesg | tail -n 5"
    )
    return True


def at_home(pair):
    """PIDs of the jobs that run where they were started."""
    return pair[HOME].succeed(
        "for p in $(pidof awk); do ! grep -qx 0 /proc/$p/where || echo $p; done"
    ).split()


def nobody_goes(pair):
    start(pair, JOB, 3)
    throughout(lambda: guests(pair) == 0, QUIET / 2, 5)


def moved(pair):
    return sum(pair.status(number)["counters"]["balance_moved"] for number in MEMBERS)


def test_idle_nodes_move_nothing(pair):
    before = moved(pair)
    throughout(lambda: moved(pair) == before, QUIET, 5)


def test_half_of_the_jobs_go(pair):
    start(pair, JOB, 4)
    eventually(lambda: guests(pair) == 2, patience(SPREAD_WITHIN), LOOK)


def test_then_all_is_quiet(pair):
    start(pair, JOB, 4)
    eventually(lambda: guests(pair) == 2, patience(SPREAD_WITHIN), LOOK)
    before = moved(pair)
    throughout(lambda: guests(pair) == 2 and moved(pair) == before, QUIET, 5)


def test_jobs_of_root_stay(pair):
    before = moved(pair)
    start(pair, JOB, 3, user="root")
    throughout(lambda: moved(pair) == before, QUIET / 2, 5)


def test_jobs_come_home_when_home_is_as_good(pair):
    start(pair, JOB, 2)
    eventually(lambda: guests(pair) == 1, patience(SPREAD_WITHIN), LOOK)
    stays = at_home(pair)
    pair[HOME].succeed(f"kill -9 {stays[0]}")
    eventually(lambda: guests(pair) == 0, patience(SPREAD_WITHIN), LOOK)
    assert pair[HOME].succeed("cat /proc/$(pidof awk)/where") == "0\n"


def test_who_is_sent_to_the_best_place_goes_to_the_idle_node(pair):
    start(pair, JOB, 2, user="root")
    pair[HOME].wait("[ $(pidof awk | wc -w) = 2 ]", timeout=patience(20))
    pid = pair[HOME].succeed(
        f"su tessera -s /bin/sh -c 'tess run --io-job {JOB} </dev/null >/dev/null 2>&1 & echo $!'"
    ).strip()
    # What the two of root want is known after some looks.
    pair[HOME].wait(f"tess migrate {pid} best && ! grep -qx 0 /proc/{pid}/where",
                    timeout=int(patience(SPREAD_WITHIN)))


def test_the_children_of_a_parallel_build_spread(pair):
    """As of make -j 4: none lives long, and each is another process."""
    before = moved(pair)
    pair[HOME].succeed(f"cat >/tmp/step <<'end'\n{STEP}end\nchmod 755 /tmp/step")
    start(pair, "seq 16 | xargs -P 4 -n 1 /tmp/step >/tmp/steps 2>&1")
    pair[HOME].wait("[ $(grep -cx 2999997 /tmp/steps) = 16 ]", timeout=int(patience(200)))
    assert moved(pair) - before >= 4


@pytest.fixture
def swapping(pair):
    pair[HOME].succeed("swapon /dev/vda")
    yield
    pair[HOME].execute("killall -9 awk")
    pair[HOME].wait("! pidof awk && swapoff -a", timeout=patience(60))


def swapped_out(pair):
    """MiB since it was booted."""
    return int(pair[HOME].succeed("awk '/^pswpout/ { print $2 }' /proc/vmstat")) / 256


def all_live(pair, count):
    assert len(pair[HOME].succeed("pidof awk").split()) == count
    assert "Out of memory" not in pair[HOME].succeed("dmesg")


def test_what_eats_memory_leaves_before_its_home_swaps(pair, swapping):
    """Two of them do not fit into one machine."""
    before = swapped_out(pair)
    start(pair, EATER, 2)
    eventually(lambda: guests(pair) == 1, patience(SPREAD_WITHIN * 2), LOOK)
    assert swapped_out(pair) - before < SWAPPED_AT_MOST
    all_live(pair, 2)


def test_what_eats_memory_and_can_go_nowhere_stays(pair, swapping):
    before = swapped_out(pair)
    pair[AWAY].succeed("tess block")
    try:
        start(pair, EATER, 2)
        eventually(lambda: swapped_out(pair) - before > 2 * SWAPPED_AT_MOST, patience(120), LOOK)
        throughout(lambda: guests(pair) == 0, QUIET / 2, 5)
        all_live(pair, 2)
    finally:
        pair[AWAY].succeed("tess unblock")


def test_a_blocked_node_gets_no_guests(pair):
    pair[AWAY].succeed("tess block")
    try:
        nobody_goes(pair)
    finally:
        pair[AWAY].succeed("tess unblock")
    eventually(lambda: guests(pair) >= 1, patience(SPREAD_WITHIN * 2), LOOK)


def test_guests_go_where_they_get_a_share(pair):
    """Its own job takes all that it leaves them, or a part of it."""
    configure(pair[AWAY], "guest-share = 1")
    pair[AWAY].succeed(f"{JOB} </dev/null >/dev/null 2>&1 &")
    try:
        eventually(lambda: pair.view(HOME)[name_of(AWAY)]["load"] > 0.95, patience(60), LOOK)
        start(pair, JOB, 6)
        throughout(lambda: guests(pair) == 0, QUIET, LOOK)
        configure(pair[AWAY], "guest-share = 100")
        eventually(lambda: guests(pair) >= 1, patience(SPREAD_WITHIN), LOOK)
    finally:
        configure(pair[AWAY], "")
        pair[AWAY].succeed("killall -9 awk")


def test_own_processes_stay_as_long_as_root_wants(pair):
    pair[HOME].succeed("mosctl lstay && grep -qx 1 /proc/hpc/admin/lstay")
    try:
        nobody_goes(pair)
    finally:
        pair[HOME].succeed("mosctl nolstay")
    eventually(lambda: guests(pair) >= 1, patience(SPREAD_WITHIN), LOOK)


def test_expelled_guests_are_at_home_again(pair):
    start(pair, JOB, 4)
    eventually(lambda: guests(pair) == 2, patience(SPREAD_WITHIN), LOOK)
    pair[AWAY].succeed("tess block; tess expel")
    try:
        eventually(lambda: guests(pair) == 0, patience(20), 1)
        assert len(pair[HOME].succeed("pidof awk").split()) == 4
    finally:
        pair[AWAY].succeed("tess unblock")


def all_is_computed(pair, jobs, counts):
    total = sum(i % 7 for i in range(counts))
    pair[HOME].wait(f"[ $(cat /tmp/job.*.status | wc -l) = {jobs} ]",
                    timeout=int(patience(200)))
    return pair[HOME].succeed(
        f"cd /tmp; grep -l '^0$' job.*.status; grep -lx {total} job.*.sum"
    ).split()


def test_all_that_a_host_has_is_computed_when_it_is_switched_off(pair):
    pair[HOME].succeed("rm -f /tmp/job.*")
    start(pair, COUNTER.format(COUNTS), 4)
    eventually(lambda: guests(pair) == 2, patience(SPREAD_WITHIN), LOOK)
    pair[AWAY].button()
    assert pair[AWAY].wait_off(patience(60)) == "powered off by its system"
    assert len(all_is_computed(pair, 4, COUNTS)) == 8
    pair[AWAY].start()
    pair.settle(MEMBERS, within=120)


def test_power_loss_of_a_host_ends_its_guests_and_nobody_else(pair):
    pair[HOME].succeed("rm -f /tmp/job.*")
    start(pair, COUNTER.format(COUNTS_LONG), 4)
    eventually(lambda: guests(pair) == 2, patience(SPREAD_WITHIN), LOOK)
    left = at_home(pair)
    pair[AWAY].kill()
    eventually(lambda: sorted(pair[HOME].succeed("pidof awk").split()) == sorted(left),
               patience(20), 1)
    pair[AWAY].start()
    pair.settle(MEMBERS, within=120)
    # It is a place to go to again.
    eventually(lambda: one_guest(pair), patience(SPREAD_WITHIN), LOOK)
    names = [name.rsplit(".", 1)[0] for name in all_is_computed(pair, 4, COUNTS_LONG)]
    assert len(names) == 4 and names[:2] == names[2:], "the two at home are right, and no other"

# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten drones that are switched on together, and what the cluster costs them."""
import json
import time
from statistics import median

import pytest
from cluster import NOTICED_WITHIN, NumberWatch, name_of, note, patience
from conftest import cluster_of, drone
from vmlab import paths

ALL = list(range(1, 11))
SECONDS = 40


@pytest.fixture(scope="module")
def ten(key):
    with cluster_of("ten", [drone(key=key, mem=256)] * 10) as cluster:
        yield cluster


@pytest.mark.drones
@pytest.mark.measure
def test_ten_drones_started_together_get_unique_numbers(ten, record_property):
    begun = time.monotonic()
    with NumberWatch(ten, interval=4) as watch:
        ids = ten.settle(ALL, within=240)
    note(record_property, "all ten agree after", time.monotonic() - begun)
    assert len(set(ids.values())) == len(ALL)
    assert max(ids.values()) <= 2 * len(ALL)  # small ones, too
    watch.verdict()


@pytest.mark.measure
def test_the_agent_costs_little(ten):
    ten.settle(ALL, within=240)
    rows = [
        {
            "node": number,
            "rss_kib": cost.rss // 1024,
            "cpu_percent": round(cost.cpu, 2),
            "received_bytes_per_s": round(cost.received),
            "sent_bytes_per_s": round(cost.sent),
        }
        for number, cost in ten.costs(ALL, SECONDS).items()
    ]
    (paths.BUILD / "cluster-costs.json").write_text(json.dumps(rows, indent=1) + "\n")
    print("\nnode   RSS KiB   CPU %   received B/s   sent B/s")
    for row in rows:
        print("{node:>4} {rss_kib:>9} {cpu_percent:>7} {received_bytes_per_s:>14} "
              "{sent_bytes_per_s:>10}".format(**row))
    assert max(row["rss_kib"] for row in rows) <= 6 * 1024
    # A guest counts the time its emulator waits for the host as its own, and what
    # is late is asked for again: 'make bench' tells of the goals, 1 % and 2 kB/s
    # (of the bytes the agent's unit tests do, too).
    assert median(row["cpu_percent"] for row in rows) <= 10
    assert max(row["sent_bytes_per_s"] for row in rows) <= 5000


@pytest.mark.measure
def test_nine_notice_the_loss_of_one(ten, record_property):
    ten.settle(ALL, within=240)
    ten[10].kill()
    rest = ALL[:-1]
    within = patience(NOTICED_WITHIN)
    took = ten.wait_seen(name_of(10), rest, ("down", "left", "gone"), within)
    note(record_property, "power loss noticed by all nine after", took)

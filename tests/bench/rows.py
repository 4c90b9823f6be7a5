# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, as rows: medians with their spread, and a ratio that has a
goal. A ratio says how many times worse than the peer we are; at or below the
goal is met."""
import json
from dataclasses import dataclass, field
from statistics import median

# How a unit is shown: what the programs say is in nanoseconds or bytes a second.
SCALES = {"s": 1e9, "ms": 1e6, "µs": 1e3, "ns": 1, "MB/s": 1e6, "MB": 1e6,
          "kB/s": 1e3, "%": 1, "instructions": 1, "times": 1}


@dataclass
class Row:
    name: str
    unit: str
    goal: float
    peer_name: str
    more_is_better: bool = False
    ours: list = field(default_factory=list)
    peer: list = field(default_factory=list)

    def add(self, ours=None, peer=None):
        for value, values in ((ours, self.ours), (peer, self.peer)):
            if value is not None:
                values.append(value / SCALES[self.unit])

    @property
    def ratio(self):
        value, peer = median(self.ours), median(self.peer)
        return peer / value if self.more_is_better else value / peer

    @property
    def met(self):
        return self.ratio <= self.goal

    def entry(self):
        def spread(values):
            return [round(min(values), 4), round(max(values), 4)]

        return {
            "name": self.name,
            "value": round(median(self.ours), 4),
            "unit": self.unit,
            "peer": round(median(self.peer), 4),
            "ratio": round(self.ratio, 4),
            "goal": self.goal,
            "peer_name": self.peer_name,
            "runs": [len(self.ours), len(self.peer)],
            "spread": spread(self.ours),
            "peer_spread": spread(self.peer),
        }


def number(value):
    """Three digits that count, no exponent."""
    if value >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def cell(values, unit):
    low, high = number(min(values)), number(max(values))
    spread = "" if low == high else f" ({low}–{high})"
    return f"{number(median(values))} {unit}{spread}"


HEAD = ("what", "ours (spread)", "against", "peer (spread)", "ratio", "goal", "")


def table(rows):
    """For people: one line a row, columns as wide as they must be."""
    lines = [HEAD]
    for row in rows:
        lines.append((
            row.name, cell(row.ours, row.unit), row.peer_name, cell(row.peer, row.unit),
            f"{row.ratio:.3f}", f"{row.goal:.3f}".rstrip("0").rstrip("."),
            "met" if row.met else "MISSED",
        ))  # fmt: skip
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
        for line in lines
    )


def write(path, rows, beside, machines):
    """beside: rows without a goal of their own, which only explain others."""
    path.parent.mkdir(exist_ok=True)
    whole = {
        "rows": [row.entry() for row in rows],
        "beside": [row.entry() for row in beside],
        "machines": machines,
    }
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")

# SPDX-License-Identifier: GPL-3.0-or-later
"""How cost grows: what tests/bench/growth says in a machine with 1 GB, and the plots of it."""

import re
import time

import peer
import plot
from runner import image
from runner.machine import Failed, Machine

OUT = f"{image.BUILD}/test/growth"
PROFILE = "tests/bench/growth/profile.toml"
SECONDS = 300
MEMORY = "1024"
PER_CALL = "executed instructions, call and reply"
# File in docs/, title, x axis, y axis, logarithmic x, lines: what the cell says and its label.
PLOTS = (
    ("growth-leases.svg", "Lending more pages with one call", "pages lent", PER_CALL, False, (("lease", "lend"),)),
    ("growth-cells.svg", "Calls while more cells exist", "cells", PER_CALL, True,
     (("cells", "one server"), ("cells-in-turn", "servers in turn"))),
    ("growth-memory.svg", "Memory of a cell while more cells exist", "cells",
     "bytes for each cell, its program and stack included", True, (("cell-memory", "cell"),)),
    ("growth-capabilities.svg", "Capabilities in one subtree", "capabilities derived from one",
     "executed instructions for each capability", True,
     (("derive", "derive"), ("delete", "delete"), ("revoke-wide", "revoke, wide"), ("revoke-deep", "revoke, deep"))),
)


def measure(step):
    """WHAT -> [[N, VALUE], ...]."""
    image.build([PROFILE])
    image.bundle(PROFILE, f"{OUT}/image.bundle")
    with Machine(OUT, image.LOADER, f"{OUT}/image.bundle", SECONDS, ("-m", MEMORY, *peer.options())) as machine:
        while "bench end" not in machine.text["log"]:
            late = time.monotonic() > machine.end
            if late or "growth stopped" in machine.text["log"] or not machine.read(1):
                why = "took too long" if late else "ended early"
                raise Failed(f"growth cannot be measured: the machine or its cell {why} - see {OUT}/log.txt")
            step.on()
        log = machine.text["log"]
    found = {}
    for what, n, value in re.findall(r"^growth: bench grow (\S+) (\d+) (\d+)$", log, re.M):
        found.setdefault(what, []).append([int(n), int(value)])
    return found


def draw(found, folder):
    for name, title, x_title, y_title, x_log, lines in PLOTS:
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write(plot.chart(title, x_title, y_title, [(label, found[key]) for key, label in lines], x_log))


def rows(found):
    """First, middle and last value of everything, as a table."""
    out = [("what grows", "from", "to", "at the first", "in the middle", "at the last")]
    for _, title, x_title, _, _, lines in PLOTS:
        for key, label in lines:
            points = found[key]
            out.append((f"{title}: {label}", f"{points[0][0]:,}", f"{points[-1][0]:,} {x_title}", f"{points[0][1]:,}",
                        f"{points[len(points) // 2][1]:,}", f"{points[-1][1]:,}"))
    return out

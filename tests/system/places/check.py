# SPDX-License-Identifier: GPL-3.0-or-later
"""Each run of a cell lies elsewhere and has another canary, in two boots of the same image; and where it faulted is said as a
place in the program file, wherever it lay."""

import re

from runner.debugger import symbol
from runner.device import must
from runner.machine import Machine

SECONDS = 60
RUNS = 4  # the first, and as many as the steward forgives (services/steward/keeper.h)
PLACES, TOP, BLOCK, PAGE = 1 << 40, (1 << 47) - 4096, 1 << 30, 4096  # abi/layout.h
SAID = re.compile(r"^placed: run code (0x[0-9a-f]+) heap (0x[0-9a-f]+) stack (0x[0-9a-f]+) canary (0x[0-9a-f]+)$", re.M)
STOPPED = re.compile(r"^steward: cell placed stopped: instruction that is undefined or not permitted at code\+(0x[0-9a-f]+);", re.M)
LONGEST = 16  # bytes of placed_end


def runs(machine):
    """What each run of one boot said, checked one by one."""
    machine.expect("log", r"^steward: cell placed stopped: .*; too often, so nobody serves in its place$")
    log = machine.text["log"]
    found = [tuple(int(word, 16) for word in words) for words in SAID.findall(log)]
    must(len(found) == RUNS, f"the cell ran {len(found)} times")
    for code, heap, stack, canary in found:
        must(all(PLACES < at < TOP for at in (code, heap, stack)), "an area lies outside the blocks")
        must(len({at // BLOCK for at in (code, heap, stack)}) == 3, "two areas lie in one block")
        must(heap % PAGE == 0, "the heap begins in the middle of a page")
        must(canary % 256 == 0 and canary != 0, f"the canary is {canary:#x}")
    stopped = [int(at, 16) for at in STOPPED.findall(log)]
    end = symbol("placed", "placed_end")
    must(len(stopped) == RUNS and all(end <= at < end + LONGEST for at in stopped),
         f"the faults are said to be at {[hex(at) for at in stopped]}, not in placed_end at {end:#x}")
    return found


def check(machine, folder):
    found = runs(machine)
    machine.__exit__()
    with Machine(f"{machine.folder}/again", machine.loader, machine.bundle, SECONDS, machine.options) as again:
        found += runs(again)
    for what, values in zip(("code", "heap", "stack", "canary"), zip(*found)):
        must(len(set(values)) == len(values), f"two runs have the same {what}: {[hex(value) for value in values]}")
    base = {code % PAGE for code, _, _, _ in found}
    must(len(base) == 1, "the code does not lie on whole pages")

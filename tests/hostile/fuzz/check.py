# SPDX-License-Identifier: GPL-3.0-or-later
"""Random system calls on the booted machine: CELLA_FUZZ_CALLS of them (10,000), from CELLA_FUZZ_SEED (fresh, and printed). The
machine goes on, an honest app is served all the while, and no page is lost."""

import os
import random
import secrets

from runner.machine import Failed

CALLS = int(os.environ.get("CELLA_FUZZ_CALLS", "10000"), 0)
SECONDS = 120 + CALLS // 1000
SHARES = {"rich": 5, "second": 3, "poor": 2}  # tenths of the calls


def play(machine, seed):
    dice = random.Random(seed)
    for name, share in SHARES.items():
        machine.expect("log", rf"^{name}: ready$", start=0)
    for name, share in SHARES.items():
        machine.send("link", b"%016x%015x\n" % (dice.getrandbits(63), max(1, CALLS * share // 10)))
    for name in SHARES:
        machine.expect("log", rf"^{name}: end \d+ good, 0 bad$", start=0)
    machine.expect("log", r"^beside: end \d+ good, 0 bad$", start=0)
    machine.expect("log", r"^witness: end \d+ good, 0 bad$", start=0)


def check(machine, folder):
    seed = int(os.environ.get("CELLA_FUZZ_SEED", "0"), 0) or secrets.randbits(63)
    print(f"system calls: seed {seed:#x}, {CALLS} calls", flush=True)
    try:
        play(machine, seed)
    except Failed as why:
        raise Failed(f"{why} (repeat with CELLA_FUZZ_SEED={seed:#x} CELLA_FUZZ_CALLS={CALLS})") from None

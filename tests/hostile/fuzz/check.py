# SPDX-License-Identifier: GPL-3.0-or-later
"""Random system calls on the booted machine: CELLA_FUZZ_CALLS of them (10,000), from CELLA_FUZZ_SEED (fresh, and printed). The
machine goes on, an honest app is served all the while, and no page is lost."""

import os
import random
import secrets

from runner.machine import Failed

CALLS = int(os.environ.get("CELLA_FUZZ_CALLS", "10000"), 0)
SEED = int(os.environ.get("CELLA_FUZZ_SEED", "0"), 0) or secrets.randbits(63)
SECONDS = 120 + CALLS // 1000
SHARES = {"rich": 5, "second": 3, "poor": 2}  # tenths of the calls


def profile(text):
    """Each cell's seed and number of calls become its argument."""
    dice = random.Random(SEED)
    for name, share in SHARES.items():
        text = text.replace(f'argument = "{name}"', f'argument = "{dice.getrandbits(63):x} {max(1, CALLS * share // 10):x}"')
    return text


def check(machine, folder):
    print(f"system calls: seed {SEED:#x}, {CALLS} calls", flush=True)
    try:
        for name in [*SHARES, "beside", "witness"]:
            machine.expect("log", rf"^{name}: end \d+ good, 0 bad$", start=0)
    except Failed as why:
        raise Failed(f"{why} (repeat with CELLA_FUZZ_SEED={SEED:#x} CELLA_FUZZ_CALLS={CALLS})") from None

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every service, every driver and the wallet, killed at random moments while payments are signed (runner/kills.py). A
hundredth of what `./dev soak` does; CELLA_SEED=N repeats a run's choices."""

import os
import secrets

from runner import kills

COMPANION = DEBUGGED = True
SECONDS = 600
KILLS = 10  # of each cell


def check(machine, folder):
    seed = int(os.environ.get("CELLA_SEED", "0"), 0) or secrets.randbits(32) | 1
    print(f"kill: seed {seed:#x}", flush=True)
    print(f"kill: {kills.run(machine, seed, KILLS)}", flush=True)

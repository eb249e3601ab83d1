# SPDX-License-Identifier: GPL-3.0-or-later
"""Every service, every driver and the wallet, killed at random moments while payments are signed (runner/kills.py). A
hundredth of what `./dev soak` does. CELLA_KILL_SEED=N repeats a run's choices, CELLA_KILLS=N asks for another number."""

import os
import secrets

from runner import kills

KILLS = int(os.environ.get("CELLA_KILLS", "10"))  # of each cell
BOOT_SECONDS, KILL_SECONDS = 180, 10  # generous: one takes about a second
COMPANION = DEBUGGED = True
SECONDS = BOOT_SECONDS + KILLS * len(kills.CELLS) * KILL_SECONDS


def check(machine, folder):
    seed = int(os.environ.get("CELLA_KILL_SEED", "0"), 0) or secrets.randbits(63) | 1
    print(f"kill: seed {seed:#x}", flush=True)
    print(f"kill: {kills.run(machine, seed, KILLS)}", flush=True)

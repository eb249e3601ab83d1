# SPDX-License-Identifier: GPL-3.0-or-later
"""What verification costs: the same image with the loader as it is and with one that checks nothing, up to the kernel's first
instruction. Also run alone: tests/bench/boot.py."""

import os
import sys

if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
    sys.path.insert(0, "tests")

import ours
import peer
from runner import image
from runner.machine import Machine

FOLDER = f"{image.BUILD}/test/bench-boot"
PROFILE, CLOCK, UNVERIFIED = "profiles/vault.toml", f"{image.BUILD}/bench/clock.elf", f"{image.BUILD}/bench/direct-unverified.elf"
SECONDS = 60


def handed_over(loader, bundle):
    with Machine(FOLDER, loader, bundle, SECONDS, peer.options()) as machine:
        return int(machine.expect("log", r"bench handed_over (\d+)\s").group(1))


def measure():
    """{"verified": N, "unverified": N, "bytes": N}: executed instructions since the reset, and of how large an image."""
    image.build([PROFILE])
    ours.make(CLOCK, UNVERIFIED)
    bundle = f"{FOLDER}/image.bundle"
    os.makedirs(FOLDER, exist_ok=True)
    image.command([f"{image.BUILD}/host/cella", "image", "build", PROFILE, "-o", bundle, "--key", image.KEY, "--cells",
                   f"{image.BUILD}/cells", "--kernel", CLOCK, "--direct"], SECONDS)
    return {"verified": handed_over(image.LOADER, bundle), "unverified": handed_over(UNVERIFIED, bundle),
            "bytes": os.path.getsize(bundle)}


def rows(found):
    """Of the figures, a table, head first."""
    more = found["verified"] - found["unverified"]
    return [("reset to the kernel's first instruction", "executed instructions"),
            (f"verified, an image of {found['bytes']:,} bytes", f"{found['verified']:,}"),
            ("the same, nothing verified", f"{found['unverified']:,} {found['verified'] / found['unverified']:.1f}x"),
            ("verification: two signatures and the root", f"{more:,}"),
            ("for each byte of the image", f"{more / found['bytes']:.1f}")]


if __name__ == "__main__":
    import table
    print(table.plain(rows(measure())))

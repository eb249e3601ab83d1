# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own figures: what the bench cell says on the log, and sizes."""

import glob
import os
import re
import subprocess

import peer
from runner import image
from runner.machine import Failed, Machine

OUT = f"{image.BUILD}/test/bench"
SECONDS = 120
MAKE = ["make", "-s", f"B={image.BUILD}"]


def make(*targets):
    image.command([*MAKE, *targets], image.MAKE_SECONDS)


def prepare():
    image.build(["tests/bench/profile.toml"])
    image.bundle("tests/bench/profile.toml", f"{OUT}/image.bundle")


def measure(counted=True):
    with Machine(OUT, image.LOADER, f"{OUT}/image.bundle", SECONDS, peer.options(counted)) as machine:
        machine.forbidden.append(("log", re.compile(r"bench stopped: (?!exit with status 0$)")))
        machine.expect("log", r"bench end")
        log = machine.text["log"]
    found = peer.figures(log, counted)
    started = re.search(r"^kernel: (\d+) ticks to the first cell", log, re.M)
    if not started or not found:
        raise Failed(f"Cella did not say its figures - see {OUT}/log.txt")
    found["start"] = int(started.group(1))
    return found


def latencies():
    """NAME -> how late a thread of high priority wakes meanwhile, as tests/bench/latency says it."""
    found = re.findall(r"^latency (.*) (\d+)$", image.command(["tests/bench/latency/run"], SECONDS), re.M)
    if not found:
        raise Failed("tests/bench/latency/run said no `latency NAME N`")
    return {name: int(n) for name, n in found}


def section(path, name):
    lines = subprocess.run(["llvm-size", "-A", path], capture_output=True, text=True, check=True).stdout.splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name))


def sizes():
    found = {"kernel text": section(f"{image.BUILD}/kernel.elf", ".text")}
    for name, path in (("loader, UEFI", f"{image.BUILD}/boot/BOOTX64.EFI"), ("image", f"{image.BUILD}/vault.bundle")):
        if os.path.exists(path):
            found[name] = os.path.getsize(path)
    for path in sorted(glob.glob(f"{image.BUILD}/cells/*.elf")):
        name = os.path.basename(path)[:-4]
        if glob.glob(f"*/{name}/manifest.toml"):
            found[f"cell {name}"] = section(path, ".text") + section(path, ".rodata") + section(path, ".data")
    return found

# SPDX-License-Identifier: GPL-3.0-or-later
"""From a test's folder to its signed image."""

import os
import subprocess
import tomllib

from runner.machine import Failed

BUILD = os.environ.get("CELLA_BUILD", "build")
KEY = f"{BUILD}/keys/bundle.key"
LOADER = f"{BUILD}/boot/direct.elf"
UEFI_LOADER = f"{BUILD}/boot/BOOTX64.EFI"
MAKE_SECONDS = 1800


def programs(profile):
    """The cell programs that a profile needs, as targets of make."""
    with open(profile, "rb") as file:
        cells = tomllib.load(file)["cells"]
    folders = [cell if isinstance(cell, str) else cell["path"] for cell in cells]
    return {f"{BUILD}/cells/{os.path.basename(folder)}.elf" for folder in folders}


def command(arguments, seconds):
    """Run a program that says what is wrong on its own; its last lines become the verdict."""
    try:
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{arguments[0]} took more than {seconds} s") from None
    if done.returncode != 0:
        os.makedirs(f"{BUILD}/test", exist_ok=True)
        with open(f"{BUILD}/test/failed.txt", "w") as file:
            file.write(done.stdout)
        said = done.stdout.splitlines() or ["it said nothing"]
        wrong = [line for line in said if "error:" in line or line.startswith("cella:")] or said
        raise Failed(f"{arguments[0]} failed: {wrong[0]} - see {BUILD}/test/failed.txt")
    return done.stdout


def build(profiles, uefi=False):
    """Everything that the images of these profiles are made of, and the loaders."""
    targets = {LOADER, f"{BUILD}/kernel.elf", f"{BUILD}/host/cella"} | ({UEFI_LOADER} if uefi else set())
    for profile in profiles:
        targets |= programs(profile)
    jobs = str(min(os.cpu_count() or 1, 8))
    command(["make", "-s", "-j", jobs, f"B={BUILD}", *sorted(targets)], MAKE_SECONDS)


def bundle(profile, out, uefi=False, more=()):
    """The image of one profile, for direct boot unless for UEFI."""
    os.makedirs(os.path.dirname(out), exist_ok=True)
    return command([f"{BUILD}/host/cella", "image", "build", profile, "-o", out, "--key", KEY,
                    "--cells", f"{BUILD}/cells", "--kernel", f"{BUILD}/kernel.elf"] + ["--direct"] * (not uefi) + list(more), 60)

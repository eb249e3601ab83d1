#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""What fs-verity costs in the pinned Linux: a page of a file read with and without it. Also run alone: tests/bench/verity.py."""

import hashlib
import os
import re
import shutil
import sys

if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
    sys.path.insert(0, "tests")

import linux
import ours
import peer
import table
from runner import image
from runner.machine import Failed

PROGRAM = f"{image.BUILD}/bench/linux-verity"
FOLDER = f"{image.BUILD}/test/bench/verity"
DISK = f"{FOLDER}/disk.img"
PAGE, PAGES, DISK_PAGES = 4096, 1024, 8192  # PAGES as in tests/bench/linux/verity.c
MODULE = "sha256-ssse3.ko"
SECONDS = 300
FIGURES = ("a wait of 10 ms", "plain, cold", "plain, warm", "enable", "verified, cold", "verified, warm")
WAYS = {"": {name: name for name in FIGURES}}


def tool(name):
    """Debian keeps the tools for file systems where only root's PATH looks."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not found:
        raise Failed(f"{name} is missing - install the package e2fsprogs")
    return found


def disk_write():
    """An ext4 file system that permits fs-verity, with one file; no journal, whose thread would be counted."""
    files = f"{FOLDER}/files"
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(files)
    with open(f"{files}/file", "wb") as file:
        for number in range(PAGES):
            file.write(hashlib.shake_128(number.to_bytes(4, "little")).digest(PAGE))
    image.command([tool("mke2fs"), "-q", "-t", "ext4", "-b", str(PAGE), "-O", "verity,^has_journal", "-d", files, DISK,
                   str(DISK_PAGES)], SECONDS)


def boot(step, module):
    """The figures of one boot, and which SHA-256 the kernel took."""
    disk_write()
    system = linux.Linux(PROGRAM, "verity", module)
    text = peer.run("Linux with fs-verity", FOLDER, ["-kernel", system.kernel, "-initrd", system.archive, "-append",
                    "console=ttyS0 quiet panic=-1", "-drive", f"if=none,id=disk,format=raw,file={DISK}", "-device",
                    "nvme,serial=bench,drive=disk"], SECONDS, step)
    said = re.search(r'fs-verity: sha256 using implementation "(.*)"', text)
    if not said:
        raise Failed(f"Linux with fs-verity did not say how it hashes - see {FOLDER}/console.txt")
    return {"hash": said.group(1), **peer.figures_whole("Linux with fs-verity", text, WAYS)}


def measure(step):
    """A dictionary of figures for the kernel alone and one with the module that takes vector instructions."""
    ours.make(PROGRAM)
    folder, version = peer.fetch("linux-modules")
    if version != peer.fetch("linux")[1]:
        raise Failed("linux and linux-modules are of different versions - delete build/third_party/src/linux* and try again")
    return [boot(step, None), boot(step, f"{folder}/{MODULE}")]


def rows(found, own):
    """Of the figures, a table, head first."""
    page = own.get("seal one page")
    lines = [("executed instructions for a page of 4 KiB", *(entry["hash"] for entry in found))]
    for what, key in (("read from the disk", "plain, cold"), ("the same, verified", "verified, cold"),
                      ("read again, from the page cache", "plain, warm"), ("the same, verified before", "verified, warm"),
                      ("making the tree (FS_IOC_ENABLE_VERITY)", "enable")):
        lines.append((what, *(f"{entry[key]:,}" for entry in found)))
    costs = [entry["verified, cold"] - entry["plain, cold"] for entry in found]
    lines.append(("verification", *(table.peer_cell((cost, ""), page) if page else f"{cost:,}" for cost in costs)))
    return lines


def main():
    try:
        with peer.Step("counting fs-verity") as step:
            found = measure(step)
    except Failed as why:
        print(f"cella: {why}", file=sys.stderr)
        return 1
    print(table.plain(rows(found, {})))
    print(f"{max(entry['a wait of 10 ms'] for entry in found):,} of a wait of 10 ms remain")
    return 0


if __name__ == "__main__":
    sys.exit(main())

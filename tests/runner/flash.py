# SPDX-License-Identifier: GPL-3.0-or-later
"""The small flash memory of an emulated machine: a file behind an ATA interface with programmed transfers."""

import os

SECTOR, SECTORS = 512, 64


def clear(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(bytes(SECTOR * SECTORS))


def options(path, fresh=True):
    """The emulator's options for the flash memory in `path`, a new one unless told otherwise."""
    if fresh:
        clear(path)
    return ["-device", "isa-ide,id=ata", "-drive", f"if=none,id=flash,format=raw,file={os.path.abspath(path)}",
            "-device", "ide-hd,drive=flash,bus=ata.0"]

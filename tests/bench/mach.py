# SPDX-License-Identifier: GPL-3.0-or-later
"""GNU Mach as a peer: Debian's kernel image, with tests/bench/mach as its only module; and what the firmware takes."""

import glob
import gzip
import re
import struct

import peer
from runner import image
from runner.machine import Failed

PROGRAM = f"{image.BUILD}/bench/mach-bootstrap"
FIRMWARE = f"{image.BUILD}/bench/firmware"
FOLDER = f"{image.BUILD}/test/bench"
SECONDS = 120
WAYS = {
    "null": {"": "null"},
    "call 0 words": {"": "call 0 words"},
    "call 6 words": {"": "call 6 words"},
    "lend 1 page": {"inline": "page inline", "moved, returned": "page moved and returned"},
    "map + unmap": {"vm_allocate": "map + unmap"},
    "copy + delete": {"port right": "copy + delete"},
    "fault to handler and back": {"exception port": "fault to handler and back"},
    "start": {"": "start"},
}
LOAD = 1  # a program header's type: bytes that belong in memory


def elf32_write(elf64, path):
    """QEMU loads 32-bit ELF files by Multiboot; this kernel begins in 32-bit code but comes in a 64-bit file (System V ABI,
    ELF: the same headers with other widths). Physical addresses stand for virtual ones: the kernel turns on paging itself."""
    entry, headers = struct.unpack_from("<QQ", elf64, 24)
    count, = struct.unpack_from("<H", elf64, 56)
    loads = [h for h in (struct.unpack_from("<IIQQQQQQ", elf64, headers + 56 * i) for i in range(count)) if h[0] == LOAD]
    head = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, entry, 52, 0, 0, 52, 32, len(loads), 0, 0, 0)
    for _, flags, offset, _, physical, in_file, in_memory, align in loads:
        head += struct.pack("<8I", LOAD, offset, physical, physical, in_file, in_memory, flags, align)
    first = min(load[2] for load in loads)
    if len(head) > first:
        raise Failed("GNU Mach cannot be measured: its headers do not fit before its first segment")
    with open(path, "wb") as file:
        file.write(head.ljust(first, b"\0") + elf64[first:])


def firmware_measure(step):
    """What the clock shows when a kernel is entered."""
    text = peer.run("the firmware", f"{FOLDER}/firmware", ["-kernel", FIRMWARE], 30, step)
    found = re.search(r"^bench entry 0x([0-9a-f]+)$", text, re.M)
    if not found:
        raise Failed("the firmware's part cannot be measured: no figure was said")
    return int(found.group(1), 16)


class Mach:
    def __init__(self):
        folder, self.version = peer.fetch("gnumach")
        kernels = glob.glob(f"{folder}/gnumach-*.gz")
        if len(kernels) != 1:
            raise Failed(f"GNU Mach cannot be measured: no kernel in {folder} - delete that folder and try again")
        self.kernel = f"{image.BUILD}/bench/gnumach"
        with gzip.open(kernels[0]) as file:
            elf32_write(file.read(), self.kernel)

    def measure(self, step, counted):
        module = f"{PROGRAM} bootstrap $(task-create) $(task-resume)"
        text = peer.run("GNU Mach", f"{FOLDER}/mach", ["-kernel", self.kernel, "-append", "console=com0", "-initrd", module],
                        SECONDS, step, counted)
        return peer.figures_whole("GNU Mach", text, WAYS, counted)

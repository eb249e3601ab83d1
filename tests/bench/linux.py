# SPDX-License-Identifier: GPL-3.0-or-later
"""Linux as a peer: Debian's kernel for virtual machines, not installed but booted, and tests/bench/linux in it."""

import glob

import peer
from runner import image
from runner.machine import Failed

PROGRAM = f"{image.BUILD}/bench/linux-init"
FOLDER = f"{image.BUILD}/test/bench"
SECONDS = 300
# What stands for each of our operations: the cheapest of these counts, and is named.
WAYS = {
    "null": {"getppid": "null"},
    "call 0 words": {"pipe": "call by pipe", "futex": "call by futex"},
    "call 6 words": {"pipe": "call of 6 words by pipe", "seqpacket": "call of 6 words by seqpacket"},
    "lend 1 page": {"pipe": "page by pipe", "vmsplice": "page by vmsplice", "process_vm_readv": "page by process_vm_readv"},
    "map + unmap": {"mmap": "map + unmap new, populated", "mmap, touch": "map + unmap new, touched",
                    "mmap memfd": "map + unmap shared, populated", "mmap memfd, touch": "map + unmap shared, touched"},
    "copy + delete": {"dup, close": "copy + delete"},
    "fault to handler and back": {"SIGSEGV": "fault to handler and back"},
    "start": {"": "start"},
}


def archive_member(number, name, mode, data=b"", device=(0, 0)):
    """One file of a cpio archive, format `newc` (Linux, early-userspace/buffer-format): 13 numbers of 8 hexadecimal digits."""
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def archive_write(path, program, module=None):
    files = [("init", 0o100755, program)] + ([("module", 0o100644, module)] if module else [])
    with open(path, "wb") as out:
        out.write(archive_member(1, "dev", 0o40755) + archive_member(2, "dev/console", 0o20600, device=(5, 1)))
        for number, (name, mode, source) in enumerate(files, 3):
            with open(source, "rb") as file:
                out.write(archive_member(number, name, mode, file.read()))
        out.write(archive_member(0, "TRAILER!!!", 0))


class Linux:
    def __init__(self, program=PROGRAM, name="linux", module=None):
        folder, self.version = peer.fetch("linux")
        kernels = glob.glob(f"{folder}/vmlinuz-*")
        if len(kernels) != 1:
            raise Failed(f"Linux cannot be measured: no kernel in {folder} - delete that folder and try again")
        self.kernel, self.archive = kernels[0], f"{image.BUILD}/bench/{name}.cpio"
        archive_write(self.archive, program, module)

    def measure(self, step, counted, options=""):
        """NAME -> figure of one boot with these kernel parameters; and what the kernel says it protects against."""
        text = peer.run("Linux", f"{FOLDER}/linux", ["-kernel", self.kernel, "-initrd", self.archive, "-append",
                        f"console=ttyS0 quiet panic=-1 {options}"], SECONDS, step, counted)
        found = peer.figures_whole("Linux", text, WAYS, counted)
        return found, [line for line in text.splitlines() if line.startswith("protection ")]

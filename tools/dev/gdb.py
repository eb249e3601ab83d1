# SPDX-License-Identifier: GPL-3.0-or-later
"""For gdb, attached to an emulated device (docs/debugging.md): `source tools/dev/gdb.py`, then

    cella [BUNDLE]    where the kernel and all cells lie just now, with their symbols; BUNDLE is what the device boots from,
                      build/vault-direct.bundle unless told. Again whenever a cell was started anew.

The kernel is found by its interrupt table, the cells in the kernel's list of cells with a code root, and a cell's program by that
root, which the bundle has (abi/bundle.h)."""

import os
import re
import struct

import gdb

BUILD = os.environ.get("CELLA_BUILD", "build")
KERNEL = f"{BUILD}/kernel.elf"
COUNT, HEADER, ENTRY, NAME, PROGRAM, ROOT = 92, 4096, 128, 32, 2, 96  # abi/bundle.h


def programs(path):
    """Code root -> name."""
    with open(path, "rb") as file:
        data = file.read()
    entries = [data[HEADER + i * ENTRY:HEADER + (i + 1) * ENTRY] for i in range(struct.unpack_from("<I", data, COUNT)[0])]
    return {entry[ROOT:]: entry[:NAME].rstrip(b"\0").decode() for entry in entries if entry[NAME] == PROGRAM}


def quiet(command):
    return gdb.execute(command, to_string=True)


def kernel_find():
    """Where the kernel lies: the table is at its place in the image."""
    said = re.search(r"IDT=\s*([0-9a-f]+)", quiet("monitor info registers"))
    if not said or int(said.group(1), 16) < 1 << 63:
        raise gdb.GdbError("the kernel does not run yet - let the device go on, then stop it (Ctrl-C)")
    quiet(f"symbol-file {KERNEL}")
    table = int(gdb.parse_and_eval("(unsigned long)&'cpu.c'::idt"))
    return int(said.group(1), 16) - table


def cells(roots):
    """(name, where its code begins) of each cell."""
    cell = gdb.parse_and_eval("'audit.c'::audit.first")
    while int(cell):
        root = bytes(gdb.selected_inferior().read_memory(int(cell["root"].address), 32))
        yield roots.get(root, "unknown"), int(cell["code"])
        cell = cell["audit_next"]


class Cella(gdb.Command):
    """cella [BUNDLE]: where kernel and cells lie, with their symbols."""

    def __init__(self):
        super().__init__("cella", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        roots = programs(argument.strip() or f"{BUILD}/vault-direct.bundle")
        base = kernel_find()
        quiet("symbol-file")
        quiet(f"add-symbol-file {KERNEL} -o {base:#x}")
        print(f"{base:#18x}  kernel")
        for name, code in list(cells(roots)):
            path = f"{BUILD}/cells/{name}.elf"
            if os.path.exists(path):
                quiet(f"add-symbol-file {path} -o {code:#x}")
            print(f"{code:#18x}  {name}")


gdb.execute("set confirm off")
Cella()

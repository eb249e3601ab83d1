# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing bits of a running machine's memory from outside, through the emulator's debugger, by physical address. Where a page
of a program lies is found by its content: pages of code and constants hold what the program's file says, wherever they are."""

import os
import struct

from runner.machine import Failed

PAGE = 4096
LOAD, FLAGS_TEXT, FLAGS_CONSTANTS = 1, 5, 4


def segments(elf):
    """(flags, address, bytes) of what is loaded (System V ABI, ELF: program headers), in the file's order."""
    at, size, count = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
    for i in range(count):
        kind, flags, offset, address, _, length = struct.unpack_from("<IIQQQQ", elf, at + i * size)
        if kind == LOAD:
            yield flags & 7, address, elf[offset:offset + length]


def symbol(elf, name):
    """The address of a function or variable in the program's file."""
    at, size, count = struct.unpack_from("<Q", elf, 40)[0], *struct.unpack_from("<HH", elf, 58)
    tables = [struct.unpack_from("<IIQQQQIIQQ", elf, at + i * size) for i in range(count)]
    for table in (table for table in tables if table[1] == 2):
        names = tables[table[6]][4]
        for place in range(table[4], table[4] + table[5], 24):
            start, _, _, _, value = struct.unpack_from("<IBBHQ", elf, place)
            if elf[names + start:elf.index(b"\0", names + start)] == name.encode():
                return value
    raise Failed(f"there is no {name}")


class Program:
    """The pages of a program's code and constants, as they are in memory."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.elf = file.read()
        self.pages, self.first = [], None
        wanted = [FLAGS_TEXT, FLAGS_CONSTANTS]
        for flags, address, content in segments(self.elf):
            if not wanted or flags != wanted.pop(0):
                break
            self.first = address if self.first is None else self.first
            for start in range(0, len(content), PAGE):
                self.pages.append(content[start:start + PAGE].ljust(PAGE, b"\0"))

    def index(self, name):
        """The number of the page that a symbol is in, and its place there."""
        at = symbol(self.elf, name) - self.first
        if not 0 <= at < len(self.pages) * PAGE:
            raise Failed(f"{name} is neither code nor a constant")
        return at // PAGE, at % PAGE


def places(ram, bundle, page):
    """Physical addresses of the pages with this content, the bundle's own copy left out."""
    with open(bundle, "rb") as file:
        head, size = file.read(PAGE), os.path.getsize(bundle)
    own = range(0)
    found = []
    for at in range(0, len(ram), PAGE):
        here = ram[at:at + PAGE]
        if here == head:
            own = range(at, at + size)
        if here == page:
            found.append(at)
    return [at for at in found if at not in own]


def flip(debugger, address, bit=0):
    """Change one bit at a physical address while the machine stands still."""
    debugger.stop()
    debugger.must(b"Qqemu.PhyMemMode:1")
    was = int(debugger.ask(b"m%x,1" % address), 16)
    debugger.must(b"M%x,1:%02x" % (address, was ^ 1 << bit))
    debugger.must(b"Qqemu.PhyMemMode:0")
    debugger.go()

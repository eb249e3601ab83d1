# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults from outside: QEMU's debugger stub (the remote serial protocol of gdb's manual, appendix E) stops the machine at any
instruction of any cell and makes the next one a fault or an exit. The image is the shipped one: nothing in it helps, and no
cell can tell. Which cell runs is read from its start page (abi/start.h); where its code lies, which is drawn anew for each
run, from the machine's memory: the kernel keeps it beside the cell's code root (kernel/core/cell.h), which the image has.
The machine's memory is a file without a name that this program reads as its own (memfd_create(2))."""

import collections
import mmap
import os
import re
import select
import socket
import struct
import time

from runner import image, tamper
from runner.machine import Failed

MEMORY = 128 << 20  # runner/machine.py
OPTIONS = ("-chardev", "socket,id=debugger,path=debugger.sock,server=on,wait=off", "-gdb", "chardev:debugger",
           "-object", f"memory-backend-memfd,id=ram,size={MEMORY}", "-machine", "memory-backend=ram")
ANSWER_SECONDS = 20
PAGE = 4096
PLACES = 1 << 40  # abi/layout.h
ENTRY_COUNT_AT, HEADER_SIZE, ENTRY_SIZE = 92, 4096, 128  # abi/bundle.h
START_PAGE, START_MAGIC = 0x50000000, 0x5452545341434C4C  # abi/layout.h, abi/start.h
RAX, RSI, RDI, RIP = 0, 4, 5, 16
SYS_EXIT = 10 << 8
NOWHERE = 0x7000_0000_0000  # canonical, user space, never mapped
STEPS_MOST = 400
WRONG_MOST = 8  # hits of one break point in other cells; then it is more trouble than it is worth
WRONG_ASKED = 1000  # the same, of a place that was asked for
LOOKS, LOOK_SECONDS = 8, 0.01
WAYS = ("jump", "null", "exit")


def code_roots(bundle):
    """For each program of an image its code root and how many pages it is about (abi/bundle.h)."""
    with open(bundle, "rb") as file:
        image_bytes = file.read()
    count, = struct.unpack_from("<I", image_bytes, ENTRY_COUNT_AT)
    roots = {}
    for at in range(HEADER_SIZE, HEADER_SIZE + count * ENTRY_SIZE, ENTRY_SIZE):
        name, kind, _, _, text, _, constants = struct.unpack_from("<32s6I", image_bytes, at)
        if kind == 2:
            roots[name.rstrip(b"\0").decode()] = (image_bytes[at + ENTRY_SIZE - 32:at + ENTRY_SIZE], -(-text // 4096) - (-constants // 4096))
    return roots


def memory_open(process):
    """The memory of the emulator that is this process."""
    folder = f"/proc/{process}/fd"
    for file in os.listdir(folder):
        if os.readlink(f"{folder}/{file}").startswith("/memfd:memory-backend-memfd"):
            with open(f"{folder}/{file}", "rb") as ram:
                return mmap.mmap(ram.fileno(), MEMORY, access=mmap.ACCESS_READ)
    raise Failed("the emulator has no memory of the kind that it was told to have")


def sites(cell):
    """Where a cell's program comes back from the kernel: behind each `syscall` instruction of its code, as image offsets."""
    with open(f"{image.BUILD}/cells/{cell}.elf", "rb") as file:
        elf = file.read()
    at, size, count = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
    found = []
    for kind, flags, offset, address, _, length in (struct.unpack_from("<IIQQQQ", elf, at + i * size) for i in range(count)):
        if kind != 1 or not flags & 1:
            continue
        code, place = elf[offset:offset + length], -1
        while (place := code.find(b"\x0f\x05", place + 1)) >= 0:
            found.append(address + place + 2)
    if not found:
        raise Failed(f"{cell}.elf has no system call")
    return found


def symbol(cell, name):
    """The image offset of a function of a cell's program."""
    with open(f"{image.BUILD}/cells/{cell}.elf", "rb") as file:
        return tamper.symbol(file.read(), name)


class Debugger:
    """`with Debugger(machine) as d:`; the machine runs whenever no method of this is at work. One that was `held` stands before
    its first instruction until go()."""

    def __init__(self, machine, held=False):
        self.held = held
        self.machine, self.still, self.since, self.heard = machine, 0.0, None, b""
        self.line = socket.socket(socket.AF_UNIX)
        self.places = {}
        self.roots = code_roots(machine.bundle)
        self.ram, self.inside = None, None  # its memory; where in its page the kernel keeps a cell's code root
        self.idle = lambda: machine.read(0.01)  # what to do while it runs and nothing is to be done

    def __enter__(self):
        self.line.connect(os.path.relpath(os.path.join(self.machine.folder, "debugger.sock")))
        self.line.settimeout(ANSWER_SECONDS)
        self.since = time.monotonic()  # whoever connects stops the machine
        if not self.held:
            self.packet()
        self.ram = memory_open(self.machine.qemu.pid)
        self.ask(b"qXfer:features:read:target.xml:0,ffb")  # or single registers are not answered
        if not self.held:
            self.go()
        return self

    def __exit__(self, *_):
        self.ram.close()
        self.line.close()

    # ---- the protocol

    def put(self, data):
        self.line.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))

    def packet(self):
        """The next answer; acknowledgements are skipped, and packets acknowledged."""
        while True:
            start = self.heard.find(b"$")
            end = self.heard.find(b"#", start) if start >= 0 else -1
            if end >= 0 and len(self.heard) >= end + 3:
                data, self.heard = self.heard[start + 1:end], self.heard[end + 3:]
                self.line.sendall(b"+")
                return data
            more = self.line.recv(65536)
            if not more:
                raise Failed("the machine ended while it was debugged")
            self.heard += more

    def ask(self, data):
        self.put(data)
        try:
            return self.packet()
        except TimeoutError:
            raise Failed(f"the emulator's debugger did not answer {data[:20]!r}") from None

    def must(self, data):
        answer = self.ask(data)
        if answer != b"OK":
            raise Failed(f"the emulator's debugger says {answer!r} to {data!r}")

    # ---- the machine

    def seconds(self):
        """How long the machine has run: its own clock stands while it is stopped."""
        now = time.monotonic()
        return now - self.still - (now - self.since if self.since else 0)

    def go(self):
        self.put(b"c")
        self.still += time.monotonic() - self.since
        self.since = None

    def stopped(self, seconds):
        """Wait until a break point stops it; False if none does."""
        ran = time.monotonic()
        end = time.monotonic() + seconds
        while (looked := time.monotonic()) < end:
            if b"$" not in self.heard and select.select([self.line], [], [], 0)[0]:
                self.heard += self.line.recv(65536)  # at first the word that the last packet came
            if b"$" in self.heard:
                self.packet()
                self.since = ran  # it may have stood since then
                return True
            ran = looked
            self.idle()
        return False

    def stop(self):
        self.line.sendall(b"\x03")
        self.packet()
        self.since = time.monotonic()

    def step(self):
        self.ask(b"s")

    def cell(self):
        """The cell whose program runs at this very instruction; none if the kernel does."""
        return self.cell_and_place()[0]

    def cell_and_place(self):
        registers = self.ask(b"g")
        place = int.from_bytes(bytes.fromhex(registers[16 * 16:17 * 16].decode()), "little")
        if int(registers[17 * 16 + 8:17 * 16 + 10], 16) & 3 != 3:  # the lowest byte of CS
            return None, place
        page = self.ask(b"m%x,40" % START_PAGE)
        if page.startswith(b"E"):
            return None, place
        page = bytes.fromhex(page.decode())
        steward = struct.unpack_from("<Q", page)[0] != START_MAGIC
        return "steward" if steward else page[8:40].rstrip(b"\0").decode(), place

    def word(self, address):
        """Eight bytes at an address of whoever runs."""
        return bytes.fromhex(self.ask(b"m%x,8" % address).decode())

    def stack(self):
        """The stack pointer of whoever runs."""
        return int.from_bytes(bytes.fromhex(self.ask(b"g")[7 * 16:8 * 16].decode()), "little")

    def set(self, register, value):
        self.must(b"P%x=" % register + struct.pack("<Q", value).hex().encode())

    def marks(self, addresses, on):
        for address in addresses:
            self.must((b"Z1,%x,1" if on else b"z1,%x,1") % address)

    def memory(self):
        """All of the machine's memory, as it was at one moment."""
        self.stop()
        content = self.ram[:]
        self.go()
        return content

    def roots_found(self, root, pages):
        """Where this code root stands with a cell's place before it. Cells begin with a page, so after the first search of all
        memory only one place of each page is looked at."""
        content = self.ram[:] if self.inside is None else b""
        if self.inside is None:
            places = (at.start() for at in re.finditer(re.escape(root), content))
        else:
            first = self.ram[self.inside::PAGE]
            places = (page.start() * PAGE + self.inside for page in re.finditer(re.escape(root[:1]), first))
        for at in places:
            base, count = struct.unpack_from("<QI", self.ram, at - 16) if at >= 16 else (0, 0)
            if self.ram[at:at + 32] == root and count == pages and base % PAGE == 0 and PLACES <= base < NOWHERE << 4:
                self.inside = at % PAGE
                yield base

    def bases(self, cell):
        """Where this cell's code begins, in its address space; one that ended may be among them. The machine is stopped."""
        return list(self.roots_found(*self.roots[cell]))

    # ---- a death

    def catch_any(self, cell, dice):
        """Stop the machine at some moment at which this cell happens to run; False if it never does."""
        for _ in range(LOOKS):
            time.sleep(dice.uniform(0, LOOK_SECONDS))
            self.stop()
            if self.cell() == cell:
                return True
            self.go()
        return False

    def catch_next(self, cell, seconds, places=None):
        """Stop it when this cell comes to one of these places next: unless told, back from the kernel."""
        end, wrong = time.monotonic() + seconds, collections.Counter()
        if self.since is None:
            self.stop()
        most = WRONG_ASKED if places else WRONG_MOST
        places = places or self.places.setdefault(cell, sites(cell))
        marked = {base + place for base in self.bases(cell) for place in places}
        self.marks(marked, True)
        found = False
        while not found:
            self.go()
            if not self.stopped(end - time.monotonic()):
                self.stop()
                break
            now, place = self.cell_and_place()
            found = now == cell
            # Programs share the code that calls the kernel, so others come by; what others do in a loop is too much.
            wrong[place] += self.ask(b"m%x,2" % (place - 2)) != b"0f05"
            if not found and wrong[place] == most and place in marked:
                self.marks([place], False)
                marked.remove(place)
            elif not found:
                self.step()  # another cell has an instruction of its own there
        self.marks(marked, False)
        if not found:
            self.go()
        return found

    def catch(self, cell, dice, seconds):
        """Stop it at a random instruction of this cell: wherever it is, or a random number of steps behind a system call."""
        if dice.randrange(3) == 0 and self.catch_any(cell, dice):
            return True
        if not self.catch_next(cell, seconds):
            return False
        for _ in range(int(STEPS_MOST ** dice.random())):
            self.step()
        if self.cell() == cell:
            return True
        self.go()  # it has gone back to the kernel: when it returns, then
        return self.catch_next(cell, seconds)

    def kill(self, cell, dice, seconds=0.8, way=None):
        """Make this cell's next instruction its last: a wild jump, a call of nothing, or an exit with status 1. The way;
        none if it did not run for so many seconds."""
        if not self.catch(cell, dice, seconds):
            return None
        return self.die(cell, way or dice.choice(WAYS))

    def die(self, cell, way="jump"):
        """The machine is stopped, and this cell runs: no further."""
        if way == "jump":
            self.set(RIP, NOWHERE)
        elif way == "null":
            self.set(RIP, 0)
        else:
            base = max(base for base in self.bases(cell) if base <= self.cell_and_place()[1])
            self.set(RIP, base + self.places.setdefault(cell, sites(cell))[0] - 2)
            for register, value in ((RAX, SYS_EXIT), (RDI, 0), (RSI, 1)):
                self.set(register, value)
        self.go()
        return way

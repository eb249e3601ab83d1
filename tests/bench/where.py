#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/bench/where.py OPERATION [--list]: where the instructions of one operation of tests/bench/bench go. One round is
executed step by step through the emulator's debugger port, and each instruction is counted for the function of the source that
it is from. OPERATION is null, call_0, call_6, lend, map, copy or fault: the function `do_OPERATION` or `child_OPERATION` of
tests/bench/bench. --list prints the way through the functions instead of the sums."""

import bisect
import collections
import itertools
import os
import subprocess
import sys

if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
    sys.path.insert(0, "tests")

import ours  # noqa: E402
from runner import image  # noqa: E402
from runner.debugger import OPTIONS, Debugger  # noqa: E402
from runner.machine import Failed, Machine  # noqa: E402

CELL_NAME = "bench"
KERNEL, CELL = f"{image.BUILD}/kernel.elf", f"{image.BUILD}/cells/{CELL_NAME}.elf"
SECONDS, WARM, STEPS = 120, 20, 20000
KERNEL_HALF = 1 << 63


def rip(debugger):
    registers = debugger.ask(b"g")  # sixteen registers of eight bytes, then rip
    return int.from_bytes(bytes.fromhex(registers[256:272].decode()), "little")


def symbols(path):
    """Functions and labels of a program, by address."""
    lines = subprocess.run(["llvm-nm", "--defined-only", path], capture_output=True, text=True, check=True).stdout.splitlines()
    found = sorted((int(line.split()[0], 16), line.split()[2]) for line in lines if line.split()[1] in "tTwW")
    return [address for address, _ in found], [name for _, name in found]


def name_of(table, address):
    at = bisect.bisect_right(table[0], address) - 1
    return table[1][at] if at >= 0 else hex(address)


def inner(path, table, addresses):
    """For each address the function of the source that it is from, even if the compiler put that function into another."""
    asked = "".join(f"{address:#x}\n" for address in addresses)
    said = subprocess.run(["llvm-symbolizer", f"--obj={path}", "--inlines", "--functions=linkage"], input=asked,
                          capture_output=True, text=True, check=True).stdout.split("\n\n")
    names = {}
    for address, answer in zip(addresses, said):
        name = answer.strip().splitlines()[0]
        outer = name_of(table, address)
        names[address] = outer if name in ("??", outer) else f"{name} (in {outer})"
    return names


def base_of(debugger, machine):
    """Where the program lies this time, as soon as it does."""
    while True:
        debugger.stop()
        found = debugger.bases(CELL_NAME)
        if found:
            return found[0]
        debugger.go()
        machine.read(0.05)


def come(debugger):
    debugger.go()
    if not debugger.stopped(SECONDS):
        raise Failed("the operation does not begin")


def begin(debugger, start):
    """Run until the operation has been done a few times."""
    for _ in range(WARM):
        debugger.marks([start], True)
        come(debugger)
        debugger.marks([start], False)
        debugger.step()
    debugger.marks([start], True)
    come(debugger)
    debugger.marks([start], False)


def steps(debugger, start, cell_base, door):
    """Where each instruction is until the operation begins again: (is it the kernel's, address in its file)."""
    base, way = None, []
    at = rip(debugger)
    while len(way) < STEPS:
        if at < KERNEL_HALF:
            way.append((False, at - cell_base))
        else:
            base = at - door if base is None else base  # the kernel is where its entry is
            way.append((True, at - base))
        debugger.step()
        at = rip(debugger)
        if at == start:
            return way
    raise Failed(f"the operation did not end in {STEPS} steps")


def trace(operation):
    """The place of each instruction of one round, in order. The image of tests/bench/bench must have been made."""
    cell, kernel = symbols(CELL), symbols(KERNEL)
    known = [name for name in (f"do_{operation}", f"child_{operation}") if name in cell[1]]
    if not known:
        raise Failed(f"there is no operation {operation} - run tests/bench/where.py without arguments for a list")
    start = cell[0][cell[1].index(known[0])]
    path = os.path.relpath(f"{ours.OUT}/debugger.sock")
    if os.path.lexists(path):
        os.unlink(path)
    with Machine(ours.OUT, image.LOADER, f"{ours.OUT}/image.bundle", SECONDS, OPTIONS) as machine:
        while not os.path.exists(path):
            machine.read(0.1)
        with Debugger(machine) as debugger:
            base = base_of(debugger, machine)
            begin(debugger, base + start)
            way = steps(debugger, base + start, base, kernel[0][kernel[1].index("syscall_door")])
    names = [inner(path, table, sorted({address for is_kernel, address in way if is_kernel == side}))
             for side, (path, table) in enumerate(((CELL, cell), (KERNEL, kernel)))]
    return [f"{'kernel' if is_kernel else 'cell'}: {names[is_kernel][address]}" for is_kernel, address in way]


def sums(way):
    """How many instructions of `way` each place has, most first."""
    return sorted(collections.Counter(way).items(), key=lambda item: -item[1])


def main():
    names = [word for word in sys.argv[1:] if word != "--list"]
    if len(names) != 1:
        print("cella: usage: tests/bench/where.py null|call_0|call_6|lend|map|copy|fault [--list]", file=sys.stderr)
        return 2
    try:
        ours.prepare()
        way = trace(names[0])
    except (Failed, OSError) as why:
        print(f"cella: {why}", file=sys.stderr)
        return 1
    runs = [(name, len(list(same))) for name, same in itertools.groupby(way)]
    for name, count in runs if "--list" in sys.argv else sums(way):
        print(f"{count:6}  {name}")
    print(f"{len(way):6}  in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())

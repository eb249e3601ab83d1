# SPDX-License-Identifier: GPL-3.0-or-later
"""Bits of memory change under a running system: of a cell's code, of a cell's constants, of the kernel's code. The cell is
stopped, reported and begun anew from the bundle, while the other goes on; a kernel that changed stops the machine."""

import re

from runner import image, tamper
from runner.debugger import Debugger
from runner.device import must

DEBUGGED = True
SECONDS = 120
HALT = r"cella: the machine stopped: the kernel was changed in memory"


def change(machine, debugger, path, name, byte):
    """Flip a bit of the page that holds `name`, in the first place where it is; its number in the program."""
    program = tamper.Program(path)
    index, at = program.index(name)
    found = tamper.places(debugger.memory(), machine.bundle, program.pages[index])
    must(found, f"the page of {name} is nowhere in memory")
    tamper.flip(debugger, found[0] + at + byte, 6)
    return index


def of_a_cell(machine, debugger, name, byte):
    index = change(machine, debugger, f"{image.BUILD}/cells/beacon.elf", name, byte)
    found = machine.expect("log", r"^steward: cell (left|right) stopped: its code was changed in memory, in page (\d+); "
                                  r"it is started again$")
    must(int(found.group(2)) == index, f"page {found.group(2)} is accused, not {index}")
    hit = found.group(1)
    machine.expect("log", f"^{'left' if hit == 'right' else 'right'}: alive [1-9][0-9]*$")
    machine.expect("log", f"^{hit}: alive 0$")
    machine.expect("log", f"^{hit}: alive 1$")


def check(machine, folder):
    period = machine.expect("log", r"^steward: audit: (\d+) pages of code and constants hashed again in \d+ ms$")
    must(int(period.group(1)) > 0, "the audit has nothing to hash")
    machine.expect("log", r"^right: alive 1$", start=0)
    with Debugger(machine) as debugger:
        of_a_cell(machine, debugger, "beacon_never", 1)
        of_a_cell(machine, debugger, "beacon_table", 4000)
        must(len(re.findall(r" stopped: ", machine.text["log"])) == 2, "more than the changed cells stopped")
        machine.allowed = [re.compile(HALT)]
        change(machine, debugger, f"{image.BUILD}/kernel.elf", "probe_execute", 3)
        for line in ("console", "log"):
            machine.expect(line, HALT)

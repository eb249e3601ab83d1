# SPDX-License-Identifier: GPL-3.0-or-later
"""A seed survives power-off under its PIN: kept, the machine cut off, opened again; the keys are the same. What is on the
flash memory opens nothing without the PIN; the counter of wrong PINs survives the cuts; the last one wipes. A second device
gets the same keys from the words that the first one shows."""

import os
import re

from runner import flash, image
from runner.device import Device, must
from runner.machine import Machine
from runner.pin import OTHER, PIN, WRONG, account, keep, pin_set, unlock

COMPANION = True
FLASH = True
SECONDS = 150
TRIES = 10


def again(machine, name):
    """The next start, with the same flash memory: whatever the machine was doing, its power is gone."""
    machine.__exit__()
    folder = os.path.join(machine.folder, name)
    options = flash.options(f"{machine.folder}/flash.img", fresh=False)
    return Machine(folder, image.LOADER, machine.bundle, SECONDS, options=options, served=("link",))


def contents(machine):
    with open(f"{machine.folder}/flash.img", "rb") as file:
        return file.read()


def check(machine, folder):
    device = Device(machine)
    device.greeting()
    keep(device)
    first = account(device)
    stored = contents(machine)
    must(b"CELAVLT1" in stored, "nothing was written to the flash memory")
    must(bytes(16) + b"x" not in stored and b"abandon" not in stored, "the flash memory shows the words")
    with again(machine, "second") as second:
        device = Device(second)
        said = second.expect("console", r"^A seed is kept on this device, under a PIN alone: there is no TPM\. (\d+) tries are left\.$")
        must(said.group(1) == str(TRIES), f"{said.group(1)} tries are left at first")
        unlock(device, WRONG, r"^Wrong PIN\. 9 more")
        second.expect("console", r"^PIN> ")
        device.type(WRONG)  # and the power goes while it is looked at
        second.expect("console", r"^One moment")
        second.wait(0.3)
        second.folder, out = machine.folder, second.folder
        second.bundle = machine.bundle
        third = again(second, "third")
    with third:
        device = Device(third)
        said = third.expect("console", r"^A seed is kept .* (\d+) tries are left\.$")
        must(int(said.group(1)) in (8, 9), f"{said.group(1)} tries are left after two wrong PINs and a cut")
        unlock(device, PIN, r"^The seed is open\.$")
        third.expect("console", r"^Ready\.$")
        must(account(device) == first, "other keys than before")
        device.approve(name="third")
        third.at["console"] = len(third.text["console"])
        device.type("words")
        unlock(device, PIN, r"^ 1 abandon")
        third.expect("console", r"12 about")
        device.type("pin")
        third.expect("console", r"^old PIN> ")
        device.type(PIN)
        pin_set(device, OTHER)
        third.expect("console", r"^The PIN is changed\.$")
        third.folder = machine.folder
        fourth = again(third, "fourth")
    with fourth:
        device = Device(fourth)
        for left in range(TRIES - 1, 0, -1):
            unlock(device, PIN, rf"^Wrong PIN\. {left} more")
        unlock(device, PIN, r"^Wrong PIN, one too many: everything that was kept here is wiped\.")
        fourth.expect("console", r"^There is no seed on this device\.$")
        fourth.expect("console", r"^> ")
        must(not any(contents(machine)[:2048]), "the flash memory still holds a record")
        keep_again = Device(fourth)
        keep(keep_again)
        must(account(keep_again) == first, "the words did not bring the same keys back")

# SPDX-License-Identifier: GPL-3.0-or-later
"""A seed that is sealed to the TPM and a PIN, over starts of one machine: kept; wrong PINs count; a signed update opens it; one
whose measurements nobody signed does not, nor does another TPM, or none; an older image is not started; where the
counter was taken away, it starts and opens nothing; the TPM stops whoever tries PINs."""

import os
import re
import shutil

from runner import flash, image
from runner.device import Device, must
from runner.pin import PIN, WRONG, account, keep, unlock
from runner.tpm import OWNER, Tpm
from runner.uefi import UefiMachine, tpm_new, tpm_start

COMPANION = UEFI = FLASH = True
SECONDS, START_SECONDS = 100, 90
COUNTER = 0x01C10101
KEPT = r"^A seed is kept on this device, under a PIN and the TPM\. (\d+) tries are left\.$"
READY = r"^attest: measured; the TPM quotes and seals$"


class Bench:
    """One machine's loader, flash memory and TPM, and the images that it is started with."""

    def __init__(self, machine):
        self.folder, self.loader, self.first, self.starts = machine.folder, machine.loader, machine.bundle, 0
        self.tpm = machine.tpm_folder
        machine.tpm_kept = self.tpm

    def image(self, name, index, *more):
        """The same profile as another version."""
        with open("profiles/vault.toml") as file:
            text = file.read()
        text = re.sub(r'version = ".*"', f'version = "{name}"', text).replace("rollback_index = 1", f"rollback_index = {index}")
        profile = os.path.join(self.folder, f"{name}.toml")
        with open(profile, "w") as file:
            file.write(text)
        image.bundle(profile, os.path.join(self.folder, f"{name}.bundle"), True, more)
        return os.path.join(self.folder, f"{name}.bundle")

    def start(self, bundle, tpm=None, there=True):
        """The machine's next start; its power is cut at the end. Without `tpm` it has its own."""
        self.starts += 1
        folder = os.path.join(self.folder, str(self.starts))
        options = flash.options(f"{self.folder}/flash.img", fresh=False)
        machine = UefiMachine(folder, self.loader, bundle, START_SECONDS, options=options, served=("link",))
        machine.tpm_kept, machine.tpm_there = tpm or self.tpm, there
        return machine

    def ask(self, what):
        """Ask the TPM while the machine is off: what(Tpm)."""
        process = tpm_start(self.tpm, os.path.join(self.folder, "tpm-asked.txt"))
        try:
            with Tpm(os.path.join(self.tpm, "tpm.sock")) as tpm:
                tpm.power_on()
                return what(tpm)
        finally:
            process.kill()
            process.wait()


def opened(bench, bundle, first):
    """That image opens the seed, and it is the same one."""
    with bench.start(bundle) as machine:
        device = Device(machine)
        machine.expect("console", KEPT)
        machine.expect("log", READY, start=0)
        unlock(device, PIN, r"^The seed is open\.$")
        machine.expect("console", r"^Ready\.$")
        must(account(device) == first, "other keys than before")


def refused(bench, bundle, answer, **how):
    with bench.start(bundle, **how) as machine:
        device = Device(machine)
        machine.expect("console", KEPT)
        unlock(device, PIN, answer)
        machine.expect("console", r"^PIN> ")
        must(machine.text["console"].count("10 tries are left") == 1, "a try was counted that was none")


def check(machine, folder):
    bench = Bench(machine)
    device = Device(machine)
    device.greeting()
    keep(device)
    first = account(device)
    machine.__exit__()
    second = bench.image("0.2.0", 2)
    other = tpm_new()
    try:
        opened(bench, bench.first, first)
        opened(bench, second, first)
        refused(bench, bench.image("0.2.1", 2, "--no-seal"), r"^The TPM does not open the seed for this system")
        refused(bench, second, r"^The TPM that helped to keep this seed is not here", tpm=other)
        refused(bench, second, r"^The TPM that helped to keep this seed is not here", there=False)
        with bench.start(bench.first) as old:
            old.expect("console", r"^cella: boot stopped: the bundle is older than what this machine has run already "
                       r"\(the TPM's counter\)")
        bench.ask(lambda tpm: tpm.index_undefine(COUNTER))
        refused(bench, bench.first, r"^The TPM does not open the seed for this system")
        third = bench.image("0.9.0", 9)
        opened(bench, third, first)
        locked(bench, third)
    finally:
        shutil.rmtree(other, ignore_errors=True)
        shutil.rmtree(bench.tpm, ignore_errors=True)


def locked(bench, bundle):
    """Wrong PINs count here and in the TPM; it wants a pause before ours are used up."""
    with bench.start(bundle) as machine:
        device = Device(machine)
        machine.expect("console", KEPT)
        for tries in range(9):
            said = unlock(device, WRONG, r"^Wrong PIN\. |^The TPM wants a pause after wrong PINs")
            if "pause" in said.group(0):
                break
        must("pause" in said.group(0) and tries > 0, "the TPM did not stop whoever tries PINs")
        unlock(device, PIN, r"^The TPM wants a pause after wrong PINs")

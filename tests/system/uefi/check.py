# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job as a person gets it: UEFI firmware with Secure Boot on, a software TPM, the vault profile. Keys that are hammered
while it boots change nothing, and the evidence says how it was booted. What must not boot is tested in boot_probe."""

import json

from runner.device import PAYMENT, Device, must
from runner.image import command
from runner.wallet import CELLA

COMPANION = UEFI = True
SECONDS = 180
KEYS = b"y\r 1\x1b[A"
SETTLED = 0.5  # seconds without a word


def check_boot(device):
    """Hammer the console until the device greets."""
    machine = device.machine
    while "Cella " not in machine.text["console"]:
        machine.send("console", KEYS)
        must(machine.read(0.2), "the machine ended while it booted")
    greeting = device.greeting()
    must("boot: UEFI, Secure Boot on\n" in greeting, f"the greeting is {greeting!r}")
    digest = json.loads(command([CELLA, "image", "show", machine.bundle, "--json"], 60))["digest"]
    must(f"bundle {digest[:16]}\n" in greeting, "the console names another bundle than the one that was booted")
    return digest


def settle(device):
    """Until the keys that came before the first question are used up; the next line is a new one."""
    machine, before = device.machine, None
    device.type("")
    while before != len(machine.text["console"]):
        before = len(machine.text["console"])
        machine.wait(SETTLED)
    machine.at["console"] = before


def check(machine, folder):
    device = Device(machine)
    digest = check_boot(device)
    settle(device)
    device.restore()
    text = device.approve()
    must("Pay               0.00180000 BTC" in text, f"the console shows another payment: {text!r}")
    host = device.cella("verify", device.path("out.evidence"), "--key", device.key, "--psbt", PAYMENT, "--json")
    said = json.loads(host.must_say(0, r"^\{.*\}$").group(0))
    wanted = {"good": True, "boot": "uefi", "secure_boot": True, "bundle": digest, "text": text, "psbt": "equal"}
    for name, value in wanted.items():
        must(said[name] == value, f"the evidence says {name}: {said[name]!r}")

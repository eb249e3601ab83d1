# SPDX-License-Identifier: GPL-3.0-or-later
"""The person restores the public test words, and says yes to the app's one question. The descriptor is this app's own, the same
each time, and names the key that the log shows nowhere before."""

import re

from runner.machine import Failed

SECONDS = 120
WORDS = "abandon " * 11 + "about"


def say(machine, prompt, text):
    machine.expect("console", prompt)
    machine.send("console", text.encode() + b"\r")


def check(machine, folder):
    say(machine, r"^> ", "restore")
    say(machine, r"^> ", "test")
    say(machine, r"^words> ", WORDS)
    machine.expect("console", r"^The seed is restored\.")
    machine.expect("console", r"^---- question \d+ -+$")
    if re.search(r"tpub", machine.text["log"]):
        raise Failed("the key was shown before anybody was asked")
    number = machine.expect("console", r"^To allow it, type the number (\d{4})\.").group(1)
    say(machine, r"^allow \d+> ", number)
    machine.expect("console", r"^Allowed\.$")
    machine.expect("log", r"^watch: wpkh\(\[[0-9a-f]{8}/84h/1h/0h\]tpub\w+/0/\*\)#[a-z0-9]{8}$")
    machine.expect("log", r"^steward: cell watch stopped: exit with status 0$")

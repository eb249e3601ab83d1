# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody has taken the installer over. What runs, runs after a yes to it; what goes, goes after a yes to that."""

import re

from runner.machine import Failed

SECONDS = 120


def question(machine, about):
    """The next question, which must be about that: what to type."""
    sequence = machine.expect("console", r"^---- question (\d+) -+$").group(1)
    start = machine.at["console"]
    machine.expect("console", rf"^---- end of question {sequence} -+$")
    text = re.sub(r"\s+", " ", machine.text["console"][start:machine.at["console"]])
    if about not in text:
        raise Failed(f"the question is not about {about!r}: {text!r}")
    number = machine.expect("console", r"^To (?:install|remove) it, type the number (\d{4})\. Anything else refuses\.$").group(1)
    machine.expect("console", rf"^allow {sequence}> ")
    return number


def say(machine, typed, heard):
    machine.send("console", typed.encode() + b"\r")
    machine.expect("console", heard)


def check(machine, folder):
    question(machine, "Install the app orphan, version 1.0")
    machine.expect("console", r"^The question was taken back\.$")
    machine.expect("log", r"^steward: cell dies stopped: exit with status 3$", start=0)
    question(machine, "Install the app sneak, version 1.0")
    say(machine, "no", r"^Refused\.$")
    number = question(machine, "Install the app decoy, version 1.0")
    machine.expect("console", r"^The question was taken back\.$")
    machine.send("console", number.encode() + b"\r")
    say(machine, question(machine, "Install the app sneak, version 1.0"), r"^Allowed\.$")
    say(machine, question(machine, "Install the app honest, version 1.0"), r"^Allowed\.$")
    machine.expect("log", r"^steward: cell honest stopped: instruction that is undefined or not permitted at code\+0x0$", start=0)
    say(machine, "no" if question(machine, "Remove the app honest") else "", r"^Refused\.$")
    say(machine, question(machine, "Remove the app honest"), r"^Allowed\.$")
    for _ in range(3):
        say(machine, "no" if question(machine, "Install the app nag, version 1.0") else "", r"^Refused\.$")
    machine.expect("log", r"^usurper: end \d+ good, 0 bad$")
    if "nag2" in machine.text["console"]:
        raise Failed("after three refusals it had the person asked once more")
    for name in ("sneak", "decoy", "orphan", "first", "other"):
        if re.search(rf"^steward: cell {name} stopped|^steward: app {name} \S+ was installed", machine.text["log"], re.MULTILINE):
            raise Failed(f"{name} has run, and nobody has said yes to it")

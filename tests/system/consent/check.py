# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent on the trusted console: once, for the run, until a time; no, silence, a wrong number; what the screen says."""

import json
import re

from runner.device import Device
from runner.machine import Failed

COMPANION = True
SECONDS = 120


def question(machine):
    """The next question: its number, the text between its lines, and what to type."""
    sequence = machine.expect("console", r"^---- question (\d+) -+$").group(1)
    start = machine.at["console"]
    machine.expect("console", rf"^---- end of question {sequence} -+$")
    text = machine.text["console"][start:machine.at["console"]]
    number = machine.expect("console", r"^To allow it, type the number (\d{4})\. Anything else refuses\.$").group(1)
    machine.expect("console", rf"^allow {sequence}> ")
    return sequence, text, number


def must_show(text, *wanted):
    flat = re.sub(r"\s+", " ", text)
    for part in wanted:
        if part not in flat:
            raise Failed(f"the question does not say {part!r}: {text!r}")


def answer(machine, typed, said):
    machine.send("console", typed.encode() + b"\r")
    machine.expect("console", said)


STATUS = "vault status: Whether there is a seed, its network, and the fingerprint of the calling app's own master key."
ACCOUNT = "vault account: The extended public key"


def check(machine, folder):
    # The first question stays open until the rival was turned away.
    _, text, number = question(machine)
    must_show(text, "The app asker asks for more", "publisher ", STATUS, "For one call only.")
    machine.expect("log", r"^rival: ok one question at a time$")
    answer(machine, number, r"^Allowed\.$")
    answer(machine, question(machine)[2], r"^Allowed\.$")
    _, text, number = question(machine)
    must_show(text, "Until it ends, as often as it likes.")
    answer(machine, number, r"^Allowed\.$")
    _, text, number = question(machine)
    must_show(text, ACCOUNT, "seconds from now")
    answer(machine, number, r"^Allowed\.$")
    # While the asker sleeps, the one that is started again.
    _, text, number = question(machine)
    must_show(text, "The app reborn asks for more")
    answer(machine, number, r"^Allowed\.$")
    machine.expect("log", r"^steward: cell reborn stopped: exit with status 3; it is started again$")
    _, text, number = question(machine)
    must_show(text, "The app reborn asks for more")
    answer(machine, "", r"^Refused\.$")
    machine.expect("log", r"^reborn: end \d+ good, 0 bad$")
    machine.expect("log", r"^asker: ok until: no more$", start=0)
    # No, silence, a wrong number.
    question(machine)
    answer(machine, "no", r"^Refused\.$")
    question(machine)
    machine.expect("console", r"^The question was taken back\.$")
    number = question(machine)[2]
    answer(machine, f"{(int(number) + 1) % 10000:04}", r"^Refused: that was another number\.$")
    machine.expect("log", r"^asker: end \d+ good, 0 bad$")
    check_log(machine)


def check_log(machine):
    """Every answer is in the event log, with what was asked for; what was taken back is not."""
    device = Device(machine)
    said = device.cella("log", "--json").must_say(1, r"(?s)^\{.*\}$")  # no key is enrolled here
    entries = [e for e in json.loads(said.group(0))["entries"] if e["kind"] in ("approval", "refusal")]
    found = [(e["kind"], e["who"], e["text"]) for e in entries]
    once, run = "permission (once): vault.status", "permission (this run): vault.status"
    wanted = [("approval", "asker", once)] * 2 + [("approval", "asker", run), ("approval", "asker", "permission (for a time): vault.account")]
    if found[:4] != wanted or [kind for kind, _, _ in found] != ["approval"] * 5 + ["refusal"] * 3:
        raise Failed(f"the event log has these answers: {found}")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent on the trusted console: once, for the run, until a time; no, silence, a wrong number; what the screen says."""

import re

from runner.machine import Failed

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

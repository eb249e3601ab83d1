# SPDX-License-Identifier: GPL-3.0-or-later
"""A wallet announces one payment and submits another: the console shows the one that would be signed, and a no to it gives
nothing. Then it submits what it announced and tries to exchange it or to approve it itself: what is signed is what was
shown. The evidence, checked on the host, says so too."""

import os
import re
import subprocess

from runner.image import BUILD
from runner.machine import Failed

WORDS = b"abandon " * 11 + b"about"  # BIP-39's public test mnemonic
ANNOUNCED = "Pay               0.00180000 BTC   1 of 1\n  to     tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
SUBMITTED = "Pay               0.00240000 BTC   1 of 1\n  to     tb1qvenxvenxvenxvenxvenxvenxvenxvenxzw69tl"
PAYMENT = "examples/payment.psbt"


def restore(machine):
    key = machine.expect("console", r"device public key ([0-9a-f]{64})$").group(1)
    for sign, word in (("\n> ", b"restore"), ("\n> ", b"test"), ("words> ", WORDS)):
        machine.expect("console", sign)
        machine.send("console", word + b"\r")
    machine.expect("console", r"^Ready\.$")
    return key


def request(machine, number):
    """The text of that request, and the number to type."""
    said = machine.expect("console", rf"^---- request {number} -+\n((?:.*\n)+?)---- end of request {number} -+\n"
                          rf"To sign, type the number (\d{{4}})\. Anything else refuses\.\napprove {number}> ")
    return said.group(1), said.group(2)


def must_show(text, payment, other):
    if payment not in text:
        raise Failed(f"the console does not show the payment that was submitted: {text!r}")
    if other in text:
        raise Failed("the console shows the other payment")


def evidence_verify(machine, key):
    machine.expect("log", r"^wallet: evidence end$")
    pieces = re.findall(r"^wallet: evidence ([0-9a-f]+)$", machine.text["log"], re.MULTILINE)
    path = os.path.join(machine.folder, "evidence")
    with open(path, "wb") as file:
        file.write(bytes.fromhex("".join(pieces)))
    done = subprocess.run([f"{BUILD}/host/cella", "verify", path, "--psbt", PAYMENT, "--key", key], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    if done.returncode != 0:
        raise Failed(f"what was signed is not what was shown: {done.stdout}")


def check(machine, folder):
    key = restore(machine)
    machine.expect("log", r"^wallet: I pay 0\.00180000 BTC to tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx, as you asked$")
    text, _ = request(machine, 1)
    must_show(text, SUBMITTED, ANNOUNCED)
    machine.send("console", b"no\r")
    machine.expect("console", r"^Refused: ")
    text, number = request(machine, 2)
    must_show(text, ANNOUNCED, SUBMITTED)
    machine.expect("log", r"^wallet: tried everything$")
    machine.send("console", number.encode() + b"\r")
    machine.expect("console", r"^Signed\.$")
    evidence_verify(machine, key)
    machine.expect("log", r"^wallet: end \d+ good, 0 bad$")

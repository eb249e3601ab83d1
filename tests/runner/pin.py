# SPDX-License-Identifier: GPL-3.0-or-later
"""The person keeps a seed under a PIN, and opens it."""

from runner.wallet import WORDS

PIN, OTHER, WRONG = "271828", "31415926", "999999"


def keep(device):
    """From the greeting on: restore, and keep under the PIN."""
    device.type("restore")
    device.machine.expect("console", r"^> ")
    device.type("test")
    device.machine.expect("console", r"^words> ")
    device.type(WORDS)
    device.machine.expect("console", r"^Choose a PIN|Choose a PIN of 6 to 12 digits")
    pin_set(device, PIN)
    device.machine.expect("console", r"^The seed is kept under this PIN\.$")
    device.machine.expect("console", r"^Ready\.$")


def pin_set(device, pin):
    device.machine.expect("console", r"^new PIN> ")
    device.type(pin)
    device.machine.expect("console", r"^again> ")
    device.type(pin)


def unlock(device, pin, answer):
    device.machine.expect("console", r"^PIN> ")
    device.type(pin)
    return device.machine.expect("console", answer)


def account(device):
    host = device.cella("wallet", "address")
    host.must_say(0, r"tb1")
    return host.said

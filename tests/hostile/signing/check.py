# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job while hostile apps take all the CPU that they can get: a payment is shown, approved, signed and verified."""

from runner.device import PAYMENT, Device, must

COMPANION = True
SECONDS = 180


def check(machine, folder):
    device = Device(machine)
    device.start()
    text = device.approve()
    must("Pay               0.00180000 BTC" in text, f"the console shows {text!r}")
    device.cella("verify", device.path("out.evidence"), "--key", device.key, "--psbt", PAYMENT).must_say(0, "")
    must("stopped" not in machine.text["log"], "a hostile app has ended, or an honest one")

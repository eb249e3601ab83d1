# SPDX-License-Identifier: GPL-3.0-or-later
"""Every bad PSBT (tests/vectors/hostile.txt, the same as examples/hostile) is refused by the booted device in its own words, and
nobody is asked. A high fee is asked for twice. Too large a file is refused as well. Afterwards the good payment is signed,
and nothing has leaked."""

import os
import re
import time

from runner.device import PAYMENT, Device, Usage, must, vectors

COMPANION = True
SECONDS = 240
PAUSE = 61  # seconds, after three refusals in a row (lib/os/patience.h)
MIB = 1 << 20


def check_hostile(device):
    """The refusal of each, with the number of the input or output that it is about."""
    asked = ("console", re.compile("^---- request"))
    device.machine.forbidden.append(asked)
    for name, _, refusal, index, psbt in vectors("hostile"):
        path = device.path("hostile.psbt")
        with open(path, "wb") as file:
            file.write(bytes.fromhex(psbt))
        device.sign(path).must_say(1, "^cella: refused: " + re.escape(device.refusal(refusal, int(index))) + "$")
        must(not os.path.exists(device.path("out.psbt")), f"the refused {name} left a file")
    device.machine.forbidden.remove(asked)


def check_examples(device):
    """examples/hostile holds what the vectors hold."""
    known = {name: psbt for name, _, _, _, psbt in vectors("hostile")}
    for entry in os.scandir("examples/hostile"):
        with open(entry.path, "rb") as file:
            must(known.get(entry.name[:-5]) == file.read().hex(), f"{entry.path} is not in tests/vectors/hostile.txt")


def check_size(device):
    """One byte more than 1 MiB, and no byte at all: the host tool does not even send it (for the device's word see `link`)."""
    for size, refusal in ((MIB + 1, "OVERSIZED"), (0, "TRUNCATED")):
        path = device.path("size.psbt")
        with open(path, "wb") as file:
            file.write(b"psbt\xff"[:size] + bytes(max(0, size - 5)))
        device.sign(path).must_say(1, "^cella: refused: " + re.escape(device.refusal(refusal)) + "$")


def check_fee(device):
    """Above 10 % of the outputs: `fee` is asked for before the number, and nothing else will do."""
    path = device.path("fee.psbt")
    with open(path, "wb") as file:
        file.write(bytes.fromhex(next(row[3] for row in vectors("signed") if row[0] == "random-5")))
    for answer in ("no", "FEE", None, "1234", ""):
        if answer is None:
            device.approve(PAYMENT, "between")  # a yes, so that nobody has asked in vain too often
            continue
        host = device.sign(path)
        device.request(host, fee=True)
        device.type(answer)
        device.machine.expect("console", "^Refused: " + re.escape(device.refusal("PERSON_SAID_NO")) + "$")
        host.must_say(1, re.escape(device.refusal("PERSON_SAID_NO")))
    for answer in ("fee", None):
        host = device.sign(path)
        request, text, _ = device.request(host, fee=True)
        must("WARNING" in text, f"the request does not warn of its fee: {text!r}")
        device.type("fee")
        number = device.number(request)
        device.type(answer or number)
        host.must_say(1 if answer else 0, re.escape(device.refusal("PERSON_SAID_NO")) if answer else "")
        if answer:
            check_pause(device, path)


def check_pause(device, path):
    """That were three in a row: the next one is not shown, and after a minute it is."""
    before = device.machine.at["console"]
    device.sign(path).must_say(1, re.escape(device.refusal("TOO_OFTEN")))
    must("---- request" not in device.machine.text["console"][before:], "a request was shown during the pause")
    time.sleep(PAUSE)


def check(machine, folder):
    device = Device(machine)
    device.start()
    machine.expect("log", r"^steward: cell sample stopped: exit with status 0$")
    usage = Usage(machine)
    device.approve(PAYMENT, "before")
    check_examples(device)
    check_hostile(device)
    check_size(device)
    check_fee(device)
    device.approve(PAYMENT, "after")
    device.cella("verify", device.path("after.evidence"), "--key", device.key, "--psbt", PAYMENT).must_say(0, "")
    usage.check()
    device.must_be_clean()

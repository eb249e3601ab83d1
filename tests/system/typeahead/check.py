# SPDX-License-Identifier: GPL-3.0-or-later
"""What was typed before the last line of a request is thrown away, even the right number; keys that no person types approve
nothing; and what apps or payments bring of control characters reaches neither the console nor another writer's line. The
console is throttled, so that typing in the middle of a line is typing in the middle of that line."""

import re
import time

from runner.device import PAYMENT, Device, Usage, must, vectors
from runner.machine import Failed

COMPANION = THROTTLED = True
SECONDS = 120
STALL = 0.05  # shorter than the driver's patience with a line that does not move (lib/device/uart.c)
QUIET = 0.5  # an answer would be seen by then
TRIES = 4  # a host too busy to read in time makes the device refuse: safe, but it shows nothing
PAYEE = bytes.fromhex("0014751e76e8199196d454941c45d1b3a323f1433bd6")  # the recipient's script in the payment
FORGED = (r"\x0d\x0a---- request 1 -------------------------------------------------\x0d\x0aPay               0.00000001 BTC"
          r"   1 of 1\x0d\x0aTo sign, type the number 0000. Anything else refuses.\x0d\x0aapprove 1> ",
          r"\x1b[2J\x1b[H\x1b]0;Cella\x07Ready.\x0d",
          r"\x0asteward: cell vault stopped: exit with status 0",
          r"\x9b2J\x85\xe2\x80\xae\x00\x08\x08\x7f")


def stall(device, text):
    """Type while the device cannot write on."""
    device.machine.send("console", text)
    time.sleep(STALL)


def must_wait(device):
    """The request has no answer yet."""
    machine = device.machine
    machine.wait(QUIET)
    said = machine.text["console"][machine.at["console"]:]
    must(said == "", f"what was typed too early counted as an answer: the console says {said!r}")


def ended(device, host):
    """The device has refused because the console did not move: nothing to learn from it."""
    return host.process.poll() is not None and device.refusal("UNAVAILABLE") in device.machine.text["console"]


def attempt(device, play, psbt=PAYMENT):
    """Play with a request until the host was fast enough; the play ends with the request approved."""
    for _ in range(TRIES):
        host = device.sign(psbt)
        try:
            play(device, host)
            host.must_say(0, "")
            return
        except Failed:
            if not ended(device, host):
                host.stop()
                raise
    raise Failed(f"the host was too slow {TRIES} times")


def play_number(device, host):
    """The right number, typed when it stands there, but before its line is whole."""
    console = device.machine
    request = console.expect("console", r"^---- request (\d+) -").group(1)
    stall(device, b"0000\r")
    console.expect("console", r"^Pay  ")
    stall(device, b"y\r0000\r")
    console.expect("console", r"^---- end of request ")
    stall(device, b"yes\r")
    number = console.expect("console", r"^To sign, type the number (\d{4})\. Anything").group(1)
    must("refuses" not in console.text["console"][console.at["console"]:], "the line is not throttled")
    stall(device, number.encode() + b"\r")  # the rest of the line fits into the port, but not beyond it
    console.expect("console", rf" else refuses\.\napprove {request}> ")
    must_wait(device)
    device.type(number)
    console.expect("console", r"^Signed\.$")


def check_idle(device):
    """Numbers when nothing was asked."""
    for _ in range(3):
        device.type("0000")
        device.machine.expect("console", r"^Nothing to answer\.")


def play_stream(device, host):
    """Typed all the time while the request is checked and printed."""
    console, typed = device.machine, 0
    while not re.search(r"^---- end of request ", console.text["console"][console.at["console"]:], re.MULTILINE):
        if typed < 200:
            console.send("console", b"0000\r")
            typed += 1
        must(console.read(0.05) or host.process.poll() is None, "the machine ended")
        must(time.monotonic() < console.end, "no request came")
    request, _, number = device.request(host)
    must_wait(device)
    device.type(number)
    console.expect("console", r"^Signed\.$")


def play_fee(device, host):
    """`fee` before it is asked for, and lines for the next question behind the `fee` that is asked for."""
    console = device.machine
    console.expect("console", r"^The fee is high")
    stall(device, b"fee\r")
    request = console.expect("console", r"^fee (\d+)> ").group(1)
    must_wait(device)
    console.send("console", b"fee\r0000\rfee\r")
    number = device.number(request)
    must_wait(device)
    device.type(number)
    console.expect("console", r"^Signed\.$")


def check_keys(device):
    """The right number, but not as a person types it: a no. After a third in a row the device takes a pause (lib/os/patience.h)."""
    ways = (b"\x1b[200~", b"\x1b[201~"), (b"\x1b[A", b""), (b"\x00", b""), (b"", b"\x1b"), (b"\x9b", b"")
    for index, (before, after) in enumerate(ways):
        if index % 2 == 0:
            device.approve(PAYMENT, f"before-{index}")
        host = device.sign()
        _, _, number = device.request(host)
        device.machine.send("console", before + number.encode() + after + b"\r")
        device.machine.expect("console", "^Refused: " + re.escape(device.refusal("PERSON_SAID_NO")) + "$")
        host.must_say(1, re.escape(device.refusal("PERSON_SAID_NO")))


def check_payment_text(device):
    """A payment whose data is an attack on the terminal: it is shown, escaped."""
    with open(PAYMENT, "rb") as file:
        psbt = file.read()
    attack = b"\x1b[2J\x1b[H\r\napprove> \x9b!"
    must(psbt.count(PAYEE) == 1 and len(attack) == 20, "the example is another one")
    path = device.path("terminal.psbt")
    with open(path, "wb") as file:
        file.write(psbt.replace(PAYEE, b"\x6a\x14" + attack))
    text = device.approve(path, "attack")
    must(r"\x1b[2J\x1b[H\x0d\x0aapprove> \x9b!" in re.sub(r"\n +", "", text), f"the data is not shown escaped: {text!r}")


def check_forger(device):
    """Its lines stand on the log, with its name in front and nothing in them that a terminal obeys; none on the console."""
    machine = device.machine
    for line in FORGED:
        machine.expect("log", "^forger: " + re.escape(line) + "$", start=0)
    must(not re.search(r"^(?!forger: ).*(0\.00000001|cell vault stopped)", machine.text["log"], re.MULTILINE),
         "a forged line has no name in front")
    for part in ("0.00000001", "vault stopped", "forger", "number 0000. Anything else refuses.\napprove 1"):
        must(part not in machine.text["console"], f"the console shows `{part}`")
    with open(device.path("log.txt"), "rb") as file:
        said = file.read()
    must(re.fullmatch(rb"[ -~\r\n]*", said), "the log says bytes that are not printable")


def check(machine, folder):
    device = Device(machine)
    device.start()
    usage = Usage(machine)
    attempt(device, play_number)
    check_idle(device)
    attempt(device, play_stream)
    fee = device.path("fee.psbt")
    with open(fee, "wb") as file:
        file.write(bytes.fromhex(next(row[3] for row in vectors("signed") if row[0] == "random-5")))
    attempt(device, play_fee, fee)
    check_keys(device)
    check_payment_text(device)
    device.approve()
    check_forger(device)
    usage.check()
    device.must_be_clean()

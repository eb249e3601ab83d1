# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad link and bad companions: 10,000 random frames, a cable that is pulled out at any time of a request of 1 MiB, one byte
too many, a second companion. Nothing hangs, nothing is lost, and the device signs afterwards."""

import random
import re
import struct

from runner.device import PAYMENT, Device, Usage, must
from runner.link import SIGN_BEGIN, SIGN_DATA, Cable, Client, crc, frame

COMPANION = True
SECONDS = 240
FRAMES = 10000
ENDLESS, FRAME_MAX = 500, 4112  # one frame of so many is longer than any may be
MIB = 1 << 20
CUTS = (70, 3000, MIB // 3, 200000)  # bytes of a connection after which the cable is pulled
FIELD = 16000  # bytes of one field that nobody needs
CANCEL = 10  # the one question that may end a request
TOO_LARGE = 4  # abi/errors.def


def noise(rng, session):
    """One random frame: nonsense, damaged, cut, or whole, in the session or in none; sometimes one that never ends."""
    if rng.randrange(ENDLESS) == 0:
        return bytes(rng.randrange(1, 256) for _ in range(2 * FRAME_MAX))
    kind, payload = rng.randrange(256), rng.randbytes(rng.choice((0, 1, 4, 8, 12, 40, rng.randrange(64))))
    whole = frame(kind, rng.choice((session, rng.randrange(1 << 32))), rng.randrange(1 << 32), payload)
    way = rng.randrange(4)
    if way == 0:
        return rng.randbytes(rng.randrange(1, 64))
    if way == 1:
        at = rng.randrange(len(whole))
        return whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1:]
    return whole if way == 2 else whole[:rng.randrange(len(whole))]


def check_noise(device):
    """The device answers its session's next question as before, and signs."""
    rng = random.Random(2)
    with Client(device.link) as client:
        client.hello()
        for _ in range(FRAMES // 100):
            client.send(b"".join(noise(rng, client.session) for _ in range(100)))
        client.hello()
    device.cella("status").must_say(0, "^seed +ready")
    cancel(device)
    device.approve(PAYMENT, "noise")


def cancel(device):
    """Forget what random frames may have begun."""
    with Client(device.link) as client:
        client.hello()
        client.ask(CANCEL, b"")


def padded(psbt, size):
    """The same payment with proprietary fields (BIP-174) that nobody needs, of exactly this size."""
    at = 5 + 3 + psbt[7]  # behind the unsigned transaction, the only field of the first map
    must(psbt[5:7] == b"\x01\0" and psbt[at] == 0, "the example is another one")
    fields, missing = [], size - len(psbt)
    while missing > 0:
        take = missing if missing < 2 * FIELD else FIELD
        head = b"\x05\xfc" + struct.pack(">I", len(fields)) + b"\xfd"
        fields.append(head + struct.pack("<H", take - len(head) - 2) + bytes(take - len(head) - 2))
        missing -= take
    return psbt[:at] + b"".join(fields) + psbt[at:]


def check_cable(device):
    """A request of 1 MiB over a cable that is pulled out in the middle of a frame, of the upload, and while the person reads."""
    with open(PAYMENT, "rb") as file:
        whole = padded(file.read(), MIB)
    path = device.path("large.psbt")
    with open(path, "wb") as file:
        file.write(whole)
    direct = device.link
    device.link = device.path("cable.sock")
    with Cable(device.link, direct, CUTS) as cable:
        host = device.sign(path, "cable")
        _, _, number = device.request(host)
        must(cable.pulled == len(CUTS), f"the cable was pulled {cable.pulled} times")
        cable.pull()
        device.machine.wait(1)
        must(host.process.poll() is None, "the request ended with the cable")
        device.type(number)
        device.machine.expect("console", r"^Signed\.$")
        host.must_say(0, "the link dropped and is back")
        must(cable.pulled == len(CUTS) + 1, f"the cable was pulled {cable.pulled} times")
    device.link = direct
    device.cella("verify", device.path("cable.evidence"), "--key", device.key, "--psbt", path).must_say(0, "")


def check_too_large(device):
    """The device's own word about one byte more."""
    with Client(device.link) as client:
        client.hello()
        for size in (MIB + 1, 0xFFFFFFFF):
            status, _ = client.ask(SIGN_BEGIN, struct.pack("<II", size, 0) + bytes(32))
            must(status == TOO_LARGE, f"a request of {size} bytes is answered with {status}")


def check_second(device):
    """While one companion holds the link, another gets a clear error; it works when the first is gone. A companion that goes
    away in the middle of an upload, or while the person reads, leaves nothing that a next one could not replace."""
    with Client(device.link) as first:
        first.hello()
        device.cella("status", "--timeout", "1").must_say(2, r"^cella: the (device does not answer|link .* is taken)")
        first.hello()
        with open(PAYMENT, "rb") as file:
            payment = file.read()
        first.ask(SIGN_BEGIN, struct.pack("<II", len(payment), crc(payment)) + bytes(32))
        first.ask(SIGN_DATA, struct.pack("<I", 0) + payment[:100])
    device.cella("status").must_say(0, "receiving a request")
    device.approve(PAYMENT, "second")
    host = device.sign(PAYMENT, "left")
    device.request(host)
    host.stop()
    device.sign(PAYMENT, "busy").must_say(2, "^cella: the device is busy with another request")
    device.type("no")
    device.machine.expect("console", "^Refused: " + re.escape(device.refusal("PERSON_SAID_NO")) + "$")
    device.cella("status").must_say(0, "refused the last request")
    device.approve(PAYMENT, "next")


def check(machine, folder):
    device = Device(machine)
    device.start()
    machine.expect("log", r"^steward: cell sample stopped: exit with status 0$")
    usage = Usage(machine)
    check_noise(device)
    check_second(device)
    check_too_large(device)
    check_cable(device)
    device.approve(PAYMENT, "after")
    usage.check()
    device.must_be_clean()

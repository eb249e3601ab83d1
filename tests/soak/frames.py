# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise on the companion link of a booted device: random bytes, damaged frames, good frames with nonsense in them
(docs/link.md). Afterwards the device still says how it is and signs a payment."""

import os
import random
import select
import socket
import struct
import time

from runner import link
from runner.machine import Failed
from runner.wallet import Wallet

PAYMENT = "examples/payment.psbt"
TYPES = 12  # two more than there are
BATCH = 2000  # frames between two questions to the device
STALL_SECONDS = 60
BOOT_SECONDS, FRAMES_PER_SECOND = 300, 100  # the device takes some 2,000 frames a second; a busy host fewer


def good_frame(dice):
    """Well-formed; what it says is random, often about the session of the frame before."""
    size = dice.choice((0, 4, 8, 40, dice.randrange(64), dice.randrange(64), dice.randrange(1, 512)))
    kind, session = dice.randrange(TYPES), dice.choice((1, 1, 1, dice.getrandbits(32)))
    payload = dice.choice((bytes(size), dice.randbytes(size)))
    if kind == 1:
        payload = struct.pack("<I", 1)
    return link.frame(kind, session, dice.choice((dice.randrange(1 << 20), dice.getrandbits(32))), payload)


def frame(dice):
    roll = dice.randrange(3)
    if roll == 0:
        return b"\0" + dice.randbytes(dice.randrange(1, 64)) + b"\0"
    data = bytearray(good_frame(dice))
    if roll == 1:
        at = dice.randrange(len(data))
        if dice.randrange(2):
            data[at] ^= 1 << dice.randrange(8)
        else:
            del data[at:at + dice.randrange(1, 9)]
    return bytes(data)


class Noise:
    """One connection to the link."""

    def __init__(self, machine):
        self.machine, self.line, self.heard = machine, socket.socket(socket.AF_UNIX), b""
        folder = os.open(machine.folder, os.O_PATH | os.O_DIRECTORY)
        self.line.connect(f"/proc/self/fd/{folder}/link.sock")  # a socket's name is short, a folder's need not be
        os.close(folder)
        self.line.setblocking(False)

    def step(self, data, seconds):
        """Take what the device says, send what goes; what is left to send."""
        readable, writable, _ = select.select([self.line], [self.line] if data else [], [], seconds)
        if readable:
            said = self.line.recv(65536)
            if not said:
                raise Failed("the machine closed the link")
            self.heard = (self.heard + said)[-16384:]
        if not self.machine.read(0):
            raise Failed("the machine ended")
        return data[self.line.send(data):] if writable else data

    def send(self, data):
        stalled = time.monotonic() + STALL_SECONDS
        while data:
            rest = self.step(data, 1)
            if len(rest) < len(data):
                stalled = time.monotonic() + STALL_SECONDS
            elif time.monotonic() > stalled:
                raise Failed(f"the device has taken nothing from the link for {STALL_SECONDS} s")
            data = rest

    def settle(self, session):
        """Begin a session and wait for its answer: then the device has read everything that came before."""
        end = time.monotonic() + STALL_SECONDS
        self.send(link.frame(link.HELLO, session, 1, struct.pack("<I", 1)))
        while not any(one[:1] == b"\x81" and one[4:8] == struct.pack("<I", session)
                      for one in map(link.unstuffed, self.heard.split(b"\0"))):
            if time.monotonic() > end:
                raise Failed(f"after the noise the device did not answer HELLO within {STALL_SECONDS} s")
            self.step(b"", 0.2)


def run(folder, seed, count, done):
    """`count` frames from `seed`; done(n) hears how many were sent."""
    dice = random.Random(seed)
    with Wallet(folder, BOOT_SECONDS + count // FRAMES_PER_SECOND) as machine:
        machine.restore()
        sent = 0
        while sent < count:
            noise, batch = Noise(machine), min(BATCH, count - sent)
            noise.send(b"".join(frame(dice) for _ in range(batch)))
            noise.settle(dice.getrandbits(32))
            noise.line.close()
            sent += batch
            machine.host("status")
            done(sent)
        signed = os.path.join(folder, "signed.psbt")
        machine.sign(PAYMENT, signed)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that die at random moments while payments are signed, and what must be so all the same: no wrong signature, every
request answered or reported void, nothing leaked, the device good for the next payment. A patient person sits at the console
and approves what it shows; a companion sends one payment after the other; the debugger (runner/debugger.py) kills."""

import collections
import json
import random
import re
import time

from runner import taproot
from runner.debugger import Debugger
from runner.device import Device, Usage, must, vectors
from runner.wallet import WORDS

CELLS = ("log", "entropy", "console", "companion", "vault", "journal", "prompt", "reader", "wallet")
FORGIVEN, WINDOW = 3, 11  # the steward's RESTARTS_MAX in KEEPER_CALM (services/steward/keeper.h), and a second more
SILENCE = 4  # seconds without an echo after which the person types again
PAUSE, REFUSED = 0.5, 4
REQUEST_SECONDS = 120  # one payment, with all that dies meanwhile
SIGN = re.compile(r"(?:words|approve \d+|fee \d+)?> $")
QUESTION = re.compile(r"^---- request (\d+) -+\n((?:.*\n)+?)---- end of request \1 -+\n")


class Person:
    """Answers whatever sign stands on the console's last line. Types again when nothing comes of it, and refuses one request
    of REFUSED."""

    def __init__(self, machine, dice):
        self.machine, self.dice, self.answered, self.since = machine, dice, -1, 0
        self.approved = collections.Counter()  # texts of requests, each as often as its number was typed

    def look(self):
        said = self.machine.text["console"]
        start = said.rfind("\n") + 1
        sign = SIGN.search(said[start:])  # a console that failed leaves its sign, and the next one stands behind it
        if start == self.answered and (time.monotonic() - self.since < SILENCE or not sign and said[start:]):
            if time.monotonic() - self.since < 2 * SILENCE:
                return
        if not sign:
            return
        self.answered, self.since = start, time.monotonic()
        self.machine.send("console", self.answer(said[:start], sign.group(0)).encode() + b"\r")

    def answer(self, before, sign):
        if sign == "words> ":
            return WORDS
        if sign.startswith("fee"):
            return "fee"
        if sign == "> ":
            return "test" if before.rstrip("\n").rpartition("\n")[2].startswith("Network: type") else "restore"
        return self.approve(before, sign.split()[1].rstrip(">"))

    def approve(self, before, number):
        """Only what stands on the console whole is approved."""
        question = QUESTION.match(before[before.rfind("---- request "):])
        digits = re.search(r"\nTo sign, type the number (\d{4})\. Anything else refuses\.\n$", before)
        if not question or not digits or question.group(1) != number or self.dice.randrange(REFUSED) == 0:
            return "no"
        self.approved[question.group(2)] += 1
        return digits.group(1)


class Load:
    """Payments, one after the other. Each ends as signed, refused or void, with a reason."""

    def __init__(self, device, person, dice):
        self.device, self.person, self.dice = device, person, dice
        self.rows = [row for row in vectors("signed") if row[1] == "2"]
        self.ends, self.host, self.next = collections.Counter(), None, 0

    def look(self):
        if self.host is None and time.monotonic() < self.next:
            return
        if self.host is None:
            self.row, self.begun = self.dice.choice(self.rows), time.monotonic()
            with open(self.device.path("in.psbt"), "wb") as file:
                file.write(bytes.fromhex(self.row[3]))
            self.host = self.device.sign(self.device.path("in.psbt"), "out")
        elif self.host.process.poll() is not None:
            self.end()
        else:
            must(time.monotonic() - self.begun < REQUEST_SECONDS, f"a payment was neither signed nor refused in {REQUEST_SECONDS} s")

    def end(self):
        status = self.host.end()
        if status == 0:
            self.signed()
        else:
            must(status in (1, 2) and re.search(r"^cella: \S", self.host.said, re.MULTILINE),
                 f"a payment ended with {status} and no reason: {self.host.said!r}")
        self.ends[("signed", "refused", "void")[status]] += 1
        self.next = time.monotonic() + (PAUSE if status else 0)  # it may take the person's words
        self.host = None

    def signed(self):
        """The independent wallet's PSBT but for the randomness of BIP-340; those signatures verify; the evidence speaks of
        this payment and of a text that the person approved, and no approval is used up twice."""
        with open(self.device.path("out.psbt"), "rb") as file:
            made = file.read()
        wanted = bytearray.fromhex(self.row[5])
        schnorr = [bytes.fromhex(signature) for signature in self.row[4].split(",") if len(signature) == 128]
        for signature in schnorr:
            place = wanted.index(signature)
            wanted[place:place + 64] = made[place:place + 64]
        must(made == bytes(wanted), f"{self.row[0]} was signed differently than the independent wallet does")
        must(taproot.check(made) == len(schnorr), f"a signature for {self.row[0]} does not verify")
        keys = re.findall(r"^device public key ([0-9a-f]{64})$", self.device.machine.text["console"], re.MULTILINE)
        said = self.device.cella("verify", self.device.path("out.evidence"), "--psbt", self.device.path("in.psbt"), "--key",
                                 keys[-1], "--json")
        found = json.loads(said.must_say(0, r"^\{.*\}$").group(0))
        must(found["good"] and found["psbt"] == "equal", f"the evidence says {found}")
        must(self.person.approved[found["text"]] > 0, "something was signed that nobody approved, or approved once and signed twice")
        self.person.approved[found["text"]] -= 1


class Killer:
    """Kills `count` times each, in random order, and never more often than the steward forgives."""

    def __init__(self, debugger, dice, cells, count):
        self.debugger, self.dice = debugger, dice
        self.left = {cell: count for cell in cells}
        self.times = {cell: collections.deque(maxlen=FORGIVEN) for cell in cells}
        self.ways, self.missed, self.next = collections.Counter(), 0, 0

    def open(self, cell):
        times = self.times[cell]
        return self.left[cell] and (len(times) < FORGIVEN or self.debugger.seconds() - times[0] > WINDOW)

    def look(self):
        cells = [cell for cell in self.left if self.open(cell)]
        if not cells or time.monotonic() < self.next:
            return
        cell = self.dice.choice(cells)
        way = self.debugger.kill(cell, self.dice)
        if way:
            self.left[cell] -= 1
            self.times[cell].append(self.debugger.seconds())
            self.ways[way] += 1
        else:
            self.missed += 1
        self.next = time.monotonic() + self.dice.uniform(0, 0.3)

    def done(self):
        return not any(self.left.values())


def run(machine, seed, count, cells=CELLS):
    """Kill `count` times each, and look. One line of figures."""
    dice = random.Random(seed)
    machine.forbidden += [("log", re.compile(r"nobody serves|given up|\(panic\)|: panic: | was not started "))]
    device = Device(machine)
    device.start()
    usage, person, begun = Usage(machine), Person(machine, dice), time.monotonic()
    with Debugger(machine) as debugger:
        load, killer = Load(device, person, dice), Killer(debugger, dice, cells, count)

        def others():
            machine.read(0.01)
            person.look()
            load.look()

        debugger.idle = others
        while not killer.done():
            others()
            killer.look()
        killed, ends = time.monotonic() - begun, sum(load.ends.values())
        # All is well again: the same figures, and a payment from the beginning to its end.
        while load.host or sum(load.ends.values()) < ends + 2 or not load.ends["signed"]:
            others()
    usage.check()
    restarts = len(re.findall(r"; it is started again$", machine.text["log"], re.MULTILINE))
    return (f"{count * len(cells)} kills ({', '.join(f'{n} {way}' for way, n in sorted(killer.ways.items()))}) in {killed:.0f} s, "
            f"{restarts} reported; payments: {', '.join(f'{n} {end}' for end, n in sorted(load.ends.items()))}")


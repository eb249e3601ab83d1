# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens is in the event log, in order: the boot, denied calls, crashes and new starts, what the person says, a page that
was changed in memory. Whoever carries the log changes it: each way has its own message. The journal dies and goes on with the
same chain; the vault dies, and the log is another device's."""

import json
import re
import time

from runner import image, tamper
from runner.debugger import Debugger, symbol
from runner.device import PAYMENT, Device, must

COMPANION = DEBUGGED = True
SECONDS = 240
CATCH_SECONDS = COUNTED_SECONDS = 30
TRIES, RUNS = 20000, 4  # of tests/cells/prober: the first, and the steward's RESTARTS_MAX


def item(data, at):
    """Major type, value and end of the CBOR head (RFC 8949) there."""
    form, width = data[at] & 31, {24: 1, 25: 2, 26: 4, 27: 8}.get(data[at] & 31, 0)
    value = int.from_bytes(data[at + 1:at + 1 + width], "big") if width else form
    return data[at] >> 5, value, at + 1 + width


def head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    form, width = (24, 1) if value < 1 << 8 else (25, 2)
    return bytes([major << 5 | form]) + value.to_bytes(width, "big")


def split(log):
    """The signed head, and the entries."""
    _, size, at = item(log, 1)
    signed, entries = log[at:at + size], []
    _, count, at = item(log, at + size)
    for _ in range(count):
        _, size, at = item(log, at)
        entries.append(log[at:at + size])
        at += size
    return signed, entries


def join(signed, entries):
    return b"\x82" + head(2, len(signed)) + signed + head(4, len(entries)) + b"".join(head(2, len(e)) + e for e in entries)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def fetch(device, name, *options, key=None, status=0):
    """The device's log as JSON; saved under that name."""
    said = device.cella("log", "--save", device.path(name), "--json", "--key", key or device.key, *options)
    return json.loads(said.must_say(status, r"(?s)^\{.*\}$").group(0))


def answers(device):
    """The person says yes to one payment and no to another."""
    device.approve(PAYMENT, "yes")
    host = device.sign(PAYMENT, "no")
    device.request(host)
    device.type("no")
    device.machine.expect("console", r"^Refused: ")
    host.must_say(1, "")


def check_entries(log):
    """Everything is there, in the order in which it happened, and the flood of denials is counted, not kept."""
    kinds = [(e["kind"], e["who"]) for e in log["entries"]]
    must(kinds[:2] == [("started", "journal"), ("boot", "journal")], f"the log begins with {kinds[:2]}")
    must([e["number"] for e in log["entries"]] == list(range(1, len(kinds) + 1)), "entries are not numbered from 1 on")
    prober = [kind for kind, who in kinds if who == "prober" and kind != "denial"]
    must(prober == ["fault", "restart"] * (RUNS - 1) + ["fault", "ended"], f"what became of the prober: {prober}")
    people = [e for e in log["entries"] if e["kind"] in ("approval", "refusal")]
    must([(e["kind"], e["who"], e["text"]) for e in people] == [("approval", "wallet", "payment"), ("refusal", "wallet", "payment")],
         f"what the person said: {people}")
    denials = [e for e in log["entries"] if e["kind"] == "denial" and e["who"] == "prober"]
    must(denials and denials[0]["words"] == "prober called vault.approve, which it may not", f"the first denial: {denials[:1]}")
    must(len(denials) <= 20, f"{len(denials)} entries for the prober's denials")
    must(sum(e.get("count", 1) for e in denials) >= TRIES, "the flood is not counted")
    must(not [kind for kind, _ in kinds if kind == "lost"], "events are lost")
    must(len(kinds) < 60, f"{len(kinds)} entries")


def check_damage(device, path):
    """Each way to change a log is told from the others; the good one passes."""
    signed, entries = split(read(path))
    yes = next(i for i, e in enumerate(entries) if b"payment" in e)
    edited = entries[yes].replace(b"payment", b"Payment")
    ways = {
        "cut at the end": (join(signed, entries[:-1]), "missing at its end"),
        "cut at the beginning": (join(signed, entries[1:]), "missing at its beginning"),
        "one taken out": (join(signed, entries[:yes] + entries[yes + 1:]), "taken out of its middle"),
        "edited": (join(signed, entries[:yes] + [edited] + entries[yes + 1:]), "changed after it was signed"),
        "reordered": (join(signed, [entries[1], entries[0]] + entries[2:]), "out of order"),
        "twice": (join(signed, entries[:yes] + [entries[yes]] + entries[yes:]), "in it twice"),
        "half a file": (read(path)[:-9], "ends too early"),
        "more behind it": (read(path) + b"\0", "something follows the log"),
        "head changed": (read(path).replace(signed, signed[:-1] + bytes([signed[-1] ^ 1])), "signature does not verify"),
        "no log": (read(PAYMENT), "not an event log"),
    }
    must(join(signed, entries) == read(path), "this test does not understand the log's format")
    for name, (log, message) in ways.items():
        bad = device.path("bad.log")
        with open(bad, "wb") as file:
            file.write(log)
        said = device.cella("log", "verify", bad, "--key", device.key)
        said.must_say(1, f"^cella: .*{re.escape(message)}")
    device.cella("log", "verify", path, "--key", device.key).must_say(0, "^log +whole")
    device.cella("log", "verify", path, "--key", "0" * 64).must_say(1, "unanchored: this key is none of those enrolled")
    device.cella("verify", path, "--key", device.key).must_say(1, "is no valid evidence")


def check_since(device):
    """The second log is what became of the first, and not the other way round."""
    device.approve(PAYMENT, "again")
    later = fetch(device, "second.log", "--since", device.path("first.log"))
    must(later["lost"] == 0, f"{later['lost']} entries lost between two logs")
    device.cella("log", "verify", device.path("first.log"), "--since", device.path("second.log"), "--key",
                 device.key).must_say(1, "^cella: .*older than the log given with --since")
    return later


def check_tamper(device, debugger):
    """A bit of a running cell's code changes in memory: which page of which cell stands in the log."""
    machine, program = device.machine, tamper.Program(f"{image.BUILD}/cells/beacon.elf")
    index, at = program.index("beacon_never")
    found = tamper.places(debugger.memory(), machine.bundle, program.pages[index])
    must(found, "the beacon's page is nowhere in memory")
    tamper.flip(debugger, found[0] + at, 6)
    machine.expect("log", r"^steward: cell beacon stopped: its code was changed in memory, in page \d+; it is started again$")
    machine.expect("log", r"^beacon: alive 1$")
    entries = [e for e in fetch(device, "tamper.log")["entries"] if e["who"] == "beacon"]
    must([(e["kind"], e.get("detail", 0)) for e in entries[:2]] == [("tamper", index), ("restart", 0)], f"of the beacon: {entries}")


def die(debugger, cell):
    must(debugger.catch_next(cell, CATCH_SECONDS), f"{cell} does not run")
    debugger.die(cell)


def check_journal_death(device, debugger):
    """The journal stops: the next run goes on with the chain, and says that entries were lost. It stops again while it writes
    what the person says: that is in the log all the same."""
    before = fetch(device, "before.log")
    die(debugger, "journal")
    device.machine.expect("log", r"^steward: cell journal stopped: .*; it is started again$")
    device.machine.expect("log", r"^journal: the journal goes on after a stop; its entries are lost$")
    after = fetch(device, "after.log", "--since", device.path("before.log"))
    last = before["first"] + before["count"] - 1
    must(after["first"] > last and after["boot_id"] == before["boot_id"], f"the chain went from {last} to {after['first']}")
    kinds = [(e["kind"], e["who"]) for e in after["entries"]]
    must(kinds[0] == ("started", "journal") and ("fault", "journal") in kinds, f"after the journal's death: {kinds}")
    host = device.sign(PAYMENT, "death")
    number = device.request(host)[2]
    debugger.stop()
    device.type(number)
    must(debugger.catch_next("journal", CATCH_SECONDS, [symbol("journal", "op_answered")]), "the prompt does not tell the journal")
    debugger.die("journal")
    device.machine.expect("console", r"^Signed\.$")
    host.must_say(0, "")
    log = fetch(device, "last.log", "--since", device.path("after.log"))
    must([e["who"] for e in log["entries"] if e["kind"] == "approval"] == ["wallet"], "the answer is not in the log")


def check_vault_death(device, debugger):
    """The vault stops: another device key, and another device's log."""
    die(debugger, "vault")
    device.machine.expect("console", r"^The vault has started again: its seed is gone\.$")
    old, _ = device.key, device.greeting()
    must(device.key != old, "the vault has its old device key")
    fetch(device, "other.log")
    device.cella("log", "verify", device.path("other.log"), "--key", old).must_say(1, "unanchored: this key is none")
    device.cella("log", "verify", device.path("other.log"), "--since", device.path("after.log"), "--key",
                 device.key).must_say(1, "^cella: .*another device key signed it")


def check(machine, folder):
    device = Device(machine)
    device.start()
    machine.expect("log", r"^steward: cell prober stopped: .*; too often")
    answers(device)
    end = time.monotonic() + COUNTED_SECONDS
    while sum(e.get("count", 1) for e in fetch(device, "first.log")["entries"] if e["kind"] == "denial") < TRIES:
        must(machine.read(0.2) and time.monotonic() < end, "the flood is not counted")
    check_entries(fetch(device, "first.log"))
    check_damage(device, device.path("first.log"))
    check_since(device)
    with Debugger(machine) as debugger:
        check_tamper(device, debugger)
        check_journal_death(device, debugger)
        check_vault_death(device, debugger)

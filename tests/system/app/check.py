# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages over the link, as their developers, a thief and a careless person send them: what is installed, what is refused and
in which words, what is left when all are gone. The program in them is the sample app's."""

import os
import re
import shutil

from package import archive, bad
from runner.device import Device, Usage, must
from runner.image import BUILD, command
from runner.wallet import CELLA

COMPANION = True
SECONDS = 300
PROGRAM = f"{BUILD}/cells/sample.elf"
ALMANAC, ALMANAC_FILES = f"{BUILD}/cells/almanac.elf", "tests/cells/almanac/resources"
CEILING = 560  # KiB: `memory` of the profile
MANIFEST = """name = "{name}"
version = "1.{number}"
number = {number}
priority = {priority}
heap = "{heap}"
stack = "{stack}"
fpu = true
argument = "guest"

[permissions]
log = ["write"]
vault = [{vault}]
"""
USUAL = {"name": "guest", "number": 1, "priority": 90, "heap": "64K", "stack": "16K", "vault": '"status", "account"'}


class Developer:
    def __init__(self, device, name):
        self.device, self.name, self.chain = device, name, device.path(f"chain-{name}")
        shutil.rmtree(self.chain, ignore_errors=True)
        command([CELLA, "chain", "new", self.chain], 30)

    def pack(self, program=PROGRAM, resources=None, **changes):
        """An unsigned package."""
        said = {**USUAL, **changes}
        folder = self.device.path("project")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(f"{folder}/manifest.toml", "w") as file:
            file.write(MANIFEST.format(**said))
        if resources:
            shutil.copytree(resources, f"{folder}/resources")
        out = self.device.path(f"{self.name}-{said['name']}-{said['number']}.cella")
        command([CELLA, "app", "pack", folder, "--program", program, "-o", out], 30)
        return out

    def sign(self, package, *options):
        command([CELLA, "app", "sign", package, "--chain", self.chain, *options], 30)
        return package

    def make(self, **changes):
        return self.sign(self.pack(**changes))

    def vouch_changed(self, number, change, **changes):
        """A package with that done to its files, and vouched for as it is then, by a developer with a tool of his own."""
        with open(self.pack(name="bad", number=number, **changes), "rb") as file:
            files = archive.take_apart(file.read())
        content, path = change(files), self.device.path("bad.cella")
        code, root = archive.code_root(files), archive.root_of(content)
        command([CELLA, "chain", "register", self.chain, "bad", "--version", str(number), "--size", str(len(content)), "--code-root",
                 code.hex(), "--package-root", root.hex()], 30)
        with open(f"{self.chain}/chain", "rb") as chain, open(path, "wb") as target:
            target.write(content + root + chain.read())
        return path


def archive_of(package):
    """Where the root stands behind the archive (lib/format/package.h)."""
    with open(package, "rb") as file:
        return int.from_bytes(file.read(24)[16:], "little")


def with_chain(package, chain, out):
    """The package with another chain behind it."""
    size = archive_of(package) + 32
    with open(package, "rb") as file, open(chain, "rb") as other, open(out, "wb") as target:
        target.write(file.read(size) + other.read())
    return out


def refused(device, package, words, status=1):
    """The host does not look; the device does, and asks nobody."""
    before = device.machine.text["console"].count("---- question ")
    device.cella("app", "install", package, "--unchecked").must_say(status, words)
    must(device.machine.text["console"].count("---- question ") == before, f"somebody was asked about {package}")


def asked(device, host, *words):
    """The question on the console; what to type."""
    machine = device.machine
    machine.expect("console", r"^---- question \d+ -+$")
    start = machine.at["console"]
    number = machine.expect("console", r"^To \w+ it, type the number (\d{4})\.").group(1)
    text = re.sub(r"\s+", " ", machine.text["console"][start:machine.at["console"]])
    for word in words:
        must(word in text, f"the question does not say {word!r}: {text!r}")
    machine.expect("console", r"^allow \d+> ")
    return number


def install(device, package, *words):
    host = device.cella("app", "install", package)
    device.type(asked(device, host, *words))
    host.must_say(0, "is installed and runs")


def remove(device, name):
    host = device.cella("app", "remove", name)
    device.type(asked(device, host, name))
    host.must_say(0, f"^{name} is removed")


def check_damaged(device, package, size):
    """One bit in each region, each time as a whole transfer."""
    with open(package, "rb") as file:
        good = file.read()
    root = archive_of(package)
    places = [9, 60, 500, 3000, root // 2, root - 700, root - 1, root + 7, root + 40, root + 3000, size - 9]
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 4
        path = device.path("flipped.cella")
        with open(path, "wb") as file:
            file.write(bad)
        refused(device, path, "altered, or damaged" if 32 <= place < root + 32 else r"is not installed: .*: ")
    with open(path, "wb") as file:
        file.write(good[:-100])
    refused(device, path, "ends within an entry")


def check_ceiling(device, ada):
    for name, changes, words in (
            ("a method", {"vault": '"status", "restore"'}, r"lets no app call vault\.restore"),
            ("heap", {"heap": "260K"}, "its heap is larger"),
            ("stack", {"stack": "128K"}, "its stack is larger"),
            ("priority", {"priority": 140}, "its priority is higher"),
            ("name", {"name": "vault"}, "a part of the system has this name")):
        changes.setdefault("name", "wants-" + name.split()[-1])
        refused(device, ada.make(**changes), words)


def check_bad(device, mallory):
    """Each package is vouched for as it is, so that nothing but its one fault is left; no two faults have the same words."""
    said, sentences = set(), bad.sentences()
    for number, (fault, change) in enumerate(bad.BAD, 1):
        words = re.escape(sentences[fault]) if fault in sentences else fault
        refused(device, mallory.vouch_changed(number, change), words)
        must(words not in said, f"{fault} is refused in the words of another fault")
        said.add(words)
    # What the plan takes and the manifest does not say is shown to the person, and the host's tool refuses to send it.
    sly = mallory.vouch_changed(number + 1, bad.permitted(bad.ACCOUNT), vault='"status"')
    device.cella("app", "install", sly).must_say(1, "its manifest says something else than the plan")
    host = device.cella("app", "install", sly, "--unchecked")
    asked(device, host, "Install the app bad", "vault account")
    device.type("no")
    host.must_say(1, "said no")


def check_updates(device, ada, eve, first):
    install(device, first, "Install the app guest, version 1.1", "NEW", "vault status")
    device.machine.expect("log", r'^guest: sample app, argument "guest"$')
    device.cella("app", "list").must_say(0, r"^guest +1\.1 .* runs ")
    refused(device, first, "this very version is installed")
    refused(device, eve.make(number=7), "from another publisher")
    second = ada.make(number=2)
    host = device.cella("app", "install", second)
    asked(device, host, "guest", "1.2", "1.1")
    device.type("no")
    host.must_say(1, "said no")
    device.cella("app", "list").must_say(0, r"^guest +1\.1 .* runs ")
    install(device, second, "guest", "1.2", "1.1")
    device.cella("app", "list").must_say(0, r"^guest +1\.2 .* runs ")
    refused(device, first, "a higher version is installed")
    refused(device, with_chain(first, f"{ada.chain}/chain", device.path("lower.cella")), "a higher version is installed")
    remove(device, "guest")
    device.cella("app", "list").must_say(0, "no app is installed")
    refused(device, first, "an older state of a chain that is known here")
    return second


def check_resources(device, ada):
    """An app reads its own files, cannot change them, and pays for them; with it they go."""
    command(["make", "-s", f"B={BUILD}", ALMANAC], 600)
    made = {"name": "almanac", "program": ALMANAC, "resources": ALMANAC_FILES, "stack": "64K", "vault": '"status"'}
    host = device.cella("app", "install", ada.make(**made))
    start = device.machine.at["console"]
    asked(device, host, "almanac", "1.1")
    size = int(re.search(r"It gets (\d+) KiB of memory", device.machine.text["console"][start:]).group(1))
    device.type("no")
    host.must_say(1, "said no")
    # With as much heap as is left below the ceiling, and a page more.
    heap = 64 + CEILING - size
    refused(device, ada.make(number=2, heap=f"{heap + 4}K", **made), "larger than the device.s profile allows")
    install(device, ada.make(number=3, heap=f"{heap}K", **made), "almanac", f"{CEILING} KiB of memory")
    with open(f"{ALMANAC_FILES}/tables/large", "rb") as file:
        table = file.read()
    total = 0
    for byte in table:
        total = (total * 31 + byte) & 0xffffffff
    expect = device.machine.expect
    expect("log", r"^almanac: words: read me, and nothing more$")
    expect("log", rf"^almanac: large: {len(table)} bytes, sum {total:08x}$")
    expect("log", r"^steward: cell almanac stopped: page fault, write to 0x[0-9a-f]+ .*at code\+0x")
    device.cella("app", "list").must_say(0, r"^almanac +1\.3 .* stopped ")
    remove(device, "almanac")


def check(machine, folder):
    device = Device(machine)
    device.greeting()
    usage = Usage(machine)
    ada, eve = Developer(device, "ada"), Developer(device, "eve")
    first = ada.pack()
    refused(device, first, "nobody has signed the package")
    ada.sign(first)
    check_damaged(device, first, os.path.getsize(first))
    check_ceiling(device, ada)
    check_bad(device, Developer(device, "mallory"))
    refused(device, with_chain(first, f"{eve.chain}/chain", device.path("thief.cella")), "has no register of this name")
    first = with_chain(first, f"{ada.chain}/chain", device.path("first.cella"))
    second = check_updates(device, ada, eve, first)
    third = ada.sign(ada.pack(number=3), "--minimum", "3")
    refused(device, with_chain(second, f"{ada.chain}/chain", device.path("below.cella")), "below the minimum")
    command([CELLA, "chain", "revoke", ada.chain, "guest"], 30)
    refused(device, with_chain(third, f"{ada.chain}/chain", device.path("revoked.cella")), "revoked")
    check_resources(device, ada)
    device.cella("app", "remove", "guest").must_say(1, "no app is called guest")
    usage.check()

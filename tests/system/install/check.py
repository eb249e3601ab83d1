# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages end to end: packed, signed on a developer's chain, sent over the link, shown on the trusted console with publisher
and permissions, installed only on a yes, running at once with no restart; updated; removed, and nothing stays behind. What is
refused says why, each in its own words, and leaves nothing either."""

import json
import os
import re
import shutil
import subprocess

from runner.device import Device, Usage, must
from runner.image import BUILD
from runner.wallet import CELLA

COMPANION = True
SECONDS = 330
PROGRAM = f"{BUILD}/cells/sample.elf"
MANIFEST = """name = "{name}"
version = "{version}"
number = {number}
priority = 90
heap = "{heap}"
stack = "16K"
fpu = true
argument = "{argument}"

[permissions]
log = ["write"]
vault = [{vault}]
"""
USUAL = {"name": "note", "version": "1.0", "number": 1, "heap": "64K", "argument": "installed", "vault": '"status", "account"'}


class Maker:
    """A developer: chains and packages, in the test's folder."""

    def __init__(self, folder):
        self.folder, self.time = folder, 1_800_000_000

    def tool(self, *arguments):
        done = subprocess.run([CELLA, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)
        must(done.returncode == 0, f"`cella {' '.join(arguments)}` said {done.stdout!r}")
        return done.stdout

    def path(self, name):
        return os.path.join(self.folder, name)

    def chain(self, name):
        shutil.rmtree(self.path(name), ignore_errors=True)  # of an earlier run
        self.tool("chain", "new", self.path(name), "--time", str(self.time))
        return self.path(name)

    def pack(self, file, **changed):
        source = self.path(f"{file}.source")
        os.makedirs(source, exist_ok=True)
        with open(f"{source}/manifest.toml", "w") as manifest:
            manifest.write(MANIFEST.format(**{**USUAL, **changed}))
        self.tool("app", "pack", source, "--program", PROGRAM, "-o", self.path(file))
        return self.path(file)

    def package(self, file, chain, minimum=None, **changed):
        path = self.pack(file, **changed)
        self.time += 1
        self.tool("app", "sign", path, "--chain", chain, "--time", str(self.time), *(["--minimum", minimum] if minimum else []))
        return path


def question(machine, verb="install"):
    """The next question: its text, and what to type."""
    sequence = machine.expect("console", r"^---- question (\d+) -+$").group(1)
    start = machine.at["console"]
    machine.expect("console", rf"^---- end of question {sequence} -+$")
    text = re.sub(r"\s+", " ", machine.text["console"][start:machine.at["console"]])
    number = machine.expect("console", rf"^To {verb} it, type the number (\d{{4}})\. Anything else refuses\.$").group(1)
    machine.expect("console", rf"^allow {sequence}> ")
    return text, number


def must_show(text, *wanted):
    for part in wanted:
        must(part in text, f"the question does not say {part!r}: {text!r}")


def install(device, path, *wanted, answer=None, unchecked=()):
    """Send it; the person sees that and says yes, or `answer`."""
    host = device.cella("app", "install", path, *unchecked)
    text, number = question(device.machine)
    must_show(text, *wanted)
    device.type(answer or number)
    if answer is None:
        device.machine.expect("console", r"^Allowed\.$")
        host.must_say(0, r"(?i)installed|runs")
    else:
        device.machine.expect("console", r"^Refused\.$")
        host.must_say(1, r"(?i)person|refused|declined|said no")
    return text


def refused(device, path, words, *options):
    """Never shown to the person; the host says why."""
    before = device.machine.at["console"]
    device.cella("app", "install", path, "--unchecked", *options).must_say(1, words)
    must("---- question" not in device.machine.text["console"][before:], f"{path} was shown to the person")


def remove(device, name):
    host = device.cella("app", "remove", name)
    text, number = question(device.machine, "remove")
    must_show(text, f"Remove the app {name}")
    device.type(number)
    device.machine.expect("console", r"^Allowed\.$")
    host.must_say(0, "")


def listed(device):
    said = device.cella("app", "list", "--json").must_say(0, r"(?s)[\[{].*[\]}]").group(0)
    found = json.loads(said)
    return {app["name"]: app for app in (found["apps"] if isinstance(found, dict) else found)}


def flipped(path, place):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    data[place] ^= 1
    other = f"{path}.flipped"
    with open(other, "wb") as file:
        file.write(data)
    return other


def good_ways(device, maker, dev):
    usage = Usage(device.machine)
    first = maker.package("note-1.cella", dev)
    shown = re.search(r"^console +([0-9a-f ]{39})$", maker.tool("app", "show", first), re.MULTILINE).group(1)
    install(device, first, "Install the app note, version 1.0", f"publisher {shown}", "NEW: no app of this publisher", "vault status:",
            "vault account:", "log write:", answer="no")
    usage.check()
    install(device, first, "Install the app note, version 1.0")
    device.machine.expect("log", r'^note: sample app, argument "installed"$')
    device.machine.expect("log", r"^note: my account 0: [tx]pub", start=0)
    apps = listed(device)
    must(list(apps) == ["note"] and apps["note"]["version"] == "1.0", f"the list says {apps}")
    second = maker.package("note-2.cella", dev, version="2.0", number=2, argument="updated")
    install(device, second, "Replace the app note, version 1.0, by version 2.0", "the same as before Nothing new is asked for. In all it gets")
    device.machine.expect("log", r'^note: sample app, argument "updated"$')
    must(listed(device)["note"]["version"] == "2.0", "the update is not in the list")
    less = maker.package("note-less.cella", dev, version="3.0", number=3, vault='"status"', heap="32K")
    install(device, less, "Nothing new is asked for. It may no longer: vault account:", answer="no")
    install(device, less, "In all it may: log write:")
    more = maker.package("note-more.cella", dev, version="4.0", number=4, heap="64K")
    text = install(device, more, "NEW in this version, it may: vault account:")
    must(re.search(r"NEW in this version: (\d+) KiB of memory, not (\d+) KiB\. NEW in this", text), f"more memory is not called new: {text!r}")
    must("Nothing new" not in text and text.index("NEW in this") < text.index("In all it"), f"what is new does not come first: {text!r}")
    device.machine.expect("log", r'^note: my account 0: [tx]pub')
    refused(device, first, r"(?i)lower|older|version")
    stranger = maker.chain("stranger")
    refused(device, maker.package("note-5.cella", stranger, version="5.0", number=5), r"(?i)publisher")
    remove(device, "note")
    must(not listed(device), "it is still in the list")
    usage.check()
    for _ in range(3):
        install(device, more, "whose apps were installed here before")
        remove(device, "note")
    usage.check()


def vouching(device, path, answer=None):
    """The next question is whether the person vouches for that package; yes, or `answer`."""
    root = package_root(path)
    sequence = device.machine.expect("console", r"^---- program (\d+) -+$").group(1)
    device.machine.expect("console", r"^NOBODY vouches for the program (\S+), version number (\d+)$")
    device.machine.expect("console", rf"^package {root}$")
    number = device.machine.expect("console", r"^To vouch for it, type the number (\d{4})\. Anything else refuses\.$").group(1)
    device.machine.expect("console", rf"^vouch {sequence}> ")
    device.type(answer or number)
    device.machine.expect("console", r"^Signed\.$" if answer is None else r"^Refused\.$")


def package_root(path):
    done = subprocess.run([CELLA, "app", "show", path, "--json"], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    return json.loads(done.stdout)["root"]  # with exit code 1: nobody vouches for it


def own_word(device, maker):
    """A package that nobody has signed runs on the person's word alone, for just that package, and not on a no."""
    usage = Usage(device.machine)
    own = maker.pack("own.cella", name="own", version="9", number=9)
    host = device.cella("app", "install", own, "--unchecked")
    vouching(device, own, answer="no")
    host.must_say(1, r"(?i)person|refused|declined|said no")
    host = device.cella("app", "install", own, "--unchecked")
    vouching(device, own, answer="12345")
    host.must_say(1, r"(?i)person|refused|declined|said no")
    host = device.cella("app", "install", own, "--unchecked")
    vouching(device, own)
    text, number = question(device.machine)
    must_show(text, "Install the app own, version 9 Nobody but YOU vouches for it: it has no publisher.")
    must("NEW: no app of" not in text, f"the device's own chain is shown as a stranger: {text!r}")
    device.type(number)
    device.machine.expect("console", r"^Allowed\.$")
    host.must_say(0, r"(?i)installed|runs")
    remove(device, "own")
    install(device, own, "Install the app own, version 9", unchecked=("--unchecked",))  # the word was given
    remove(device, "own")
    # The same name, other content: another question; the same version with other content: not even that.
    changed = maker.pack("own-changed.cella", name="own", version="9", number=9, argument="changed")
    refused(device, changed, r"the program changed and kept its version")
    older = maker.pack("own-older.cella", name="own", version="8", number=8)
    refused(device, older, r"the program's version is lower than before")
    newer = maker.pack("own-newer.cella", name="own", version="10", number=10)
    host = device.cella("app", "install", newer, "--unchecked")
    vouching(device, newer, answer="no")
    host.must_say(1, r"(?i)person|refused|declined|said no")
    usage.check()
    return own


def taken_back(device, maker, dev, own):
    """`apps` says what is there and whose word stands for it; `refuse` stops it and keeps it out."""
    usage = Usage(device.machine)
    device.type("apps")
    device.machine.expect("console", r"^No app is installed\.$")
    device.machine.expect("console", r"^  own, version number 9$")
    install(device, own, "Nobody but YOU vouches", unchecked=("--unchecked",))
    tool = maker.package("tool-6.cella", dev, name="tool", number=6)
    install(device, tool, "Install the app tool")
    device.type("apps")
    device.machine.expect("console", r"^  own 9, (runs|has stopped), nobody but you vouches for it$")
    device.machine.expect("console", r"^  tool 1\.0, (runs|has stopped), publisher [0-9a-f ]{39}$")
    for name, version in (("own", 9), ("tool", 6)):
        device.type(f"refuse {name}")
        device.machine.expect("console", rf"^Refused: {name} up to version number {version}\. It has been stopped and removed\.$")
        device.machine.expect("log", rf"^steward: app {name} \S+ was removed$")
    must(not listed(device), "it is still in the list")
    usage.check()
    refused(device, own, r"(?i)revoked|must not run|taken back")
    refused(device, tool, r"(?i)revoked|must not run|taken back")
    device.type("apps")
    device.machine.expect("console", r"^  own, refused up to version number 9$")
    device.machine.expect("console", r"^  tool, refused up to version number 6$")
    # A later one of the developer's is another question.
    install(device, maker.package("tool-7.cella", dev, name="tool", number=7), "Install the app tool")
    remove(device, "tool")
    usage.check()


def bad_packages(device, maker, dev):
    usage = Usage(device.machine)
    good = maker.package("fresh.cella", dev, name="fresh")  # its chain is the newest: nothing but the flipped bit is wrong
    size = os.path.getsize(good)
    for place in (0, 12, 40, 200, 4096, size // 2, size - 4000, size - 10):
        refused(device, flipped(good, place), r"(?i)package|chain|signature|root|hash|program|altered|format|file")
    refused(device, maker.package("memory.cella", dev, name="memory", heap="256K"), r"larger than the device's profile allows")
    refused(device, maker.package("heap.cella", dev, name="heap", heap="192K"), r"heap")
    refused(device, maker.package("vault.cella", dev, name="grabber", vault='"status", "words"'), r"vault\.?.?words")
    refused(device, maker.package("prompt.cella", dev, name="prompt"), r"name")
    fourth = maker.package("tool-4.cella", dev, name="tool", number=4)
    maker.package("tool-5.cella", dev, minimum="5", name="tool", number=5)
    usage.check()
    # The chain as the fourth package has it knows nothing of the minimum; the device has not seen more of it.
    install(device, fourth, "Install the app tool")
    remove(device, "tool")
    usage.check()


def exceeds(device, maker, dev):
    """A program that calls what its package does not list: the question does not list it either, and the kernel says no."""
    usage = Usage(device.machine)
    text = install(device, maker.package("thief.cella", dev, name="thief", vault='"status"'), "Install the app thief", "vault status:")
    must("account" not in text, f"the question lists what was not asked for: {text!r}")
    device.machine.expect("log", r"^thief: the vault says: the capability lacks this right or method$")
    device.machine.expect("log", r"^steward: cell thief stopped: ")
    must(listed(device)["thief"]["runs"] in (0, False), "it has ended, and the list does not say so")
    remove(device, "thief")
    usage.check()


def check(machine, folder):
    device = Device(machine)
    device.start()
    machine.expect("log", r"^steward: cell sample stopped: exit with status 0$", start=0)
    maker = Maker(machine.folder)
    dev = maker.chain("dev")
    good_ways(device, maker, dev)
    exceeds(device, maker, dev)
    bad_packages(device, maker, dev)
    taken_back(device, maker, dev, own_word(device, maker))
    said = device.cella("log", "--json").must_say(1, r"(?s)^\{.*\}$")
    entries = {(entry["kind"], entry["who"]) for entry in json.loads(said.group(0))["entries"]}
    for kind in ("installed", "updated", "removed"):
        must(any(what.startswith(kind[:6]) and who == "note" for what, who in entries), f"the event log lacks `{kind}`: {entries}")
    must("refuse all up to version 9" in said.group(0), "the event log lacks what was refused")
    device.must_be_clean()

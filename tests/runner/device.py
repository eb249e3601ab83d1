# SPDX-License-Identifier: GPL-3.0-or-later
"""The booted device with a person at its console and a companion on its link: what the tests of the main job share. For
a machine with `COMPANION = True` in the test's check.py, if the host tool is to talk to it."""

import os
import re
import subprocess
import tempfile
import time

from runner.machine import Failed
from runner.wallet import CELLA, WORDS

PAYMENT = "examples/payment.psbt"
HOST_SECONDS = 90
CLEAN = re.compile(rb"[ -~\r\n\x08]*")  # \b is the echo of a deletion


def refusals():
    """Name of a refusal -> its sentence, `#` for the number of an input or output."""
    with open("abi/refusals.def") as file:
        found = re.findall(r'^REFUSAL\((\w+),\s*\d+,\s*"([^"]*)"\)', file.read(), re.MULTILINE)
    return dict(found)


def vectors(name):
    """The rows of tests/vectors/NAME.txt."""
    with open(f"tests/vectors/{name}.txt") as file:
        return [line.rstrip("\n").split("|") for line in file if not line.startswith("#")]


def must(good, why):
    if not good:
        raise Failed(why)


class Host:
    """One call of the host tool, while the machine goes on."""

    def __init__(self, machine, arguments):
        self.machine, self.said, self.what = machine, "", " ".join(arguments)
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen([CELLA, *arguments], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT)

    def end(self, seconds=HOST_SECONDS):
        """Its exit status; what it said is in `said`."""
        end = time.monotonic() + seconds
        try:
            while self.process.poll() is None:
                must(time.monotonic() < end, f"`cella {self.what}` did not end within {seconds} s")
                must(self.machine.read(0.02), f"the machine ended during `cella {self.what}`")
        finally:
            self.stop()
        self.output.seek(0)
        self.said = self.output.read().decode("utf-8", "replace")
        self.output.close()
        return self.process.returncode

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def must_say(self, status, pattern):
        """It must end with this status and have said that."""
        found = self.end()
        if found != status or not re.search(pattern, self.said, re.MULTILINE):
            raise Failed(f"`cella {self.what}` ended with {found} and said: {self.said.strip()!r} - wanted {status} and "
                         f"`{pattern}`")
        return re.search(pattern, self.said, re.MULTILINE)


class Device:
    def __init__(self, machine):
        self.machine, self.key, self.refusals, self.link = machine, None, refusals(), machine.link_path()

    def path(self, name):
        return os.path.join(self.machine.folder, name)

    def type(self, text):
        self.machine.send("console", text.encode() + b"\r")

    def greeting(self):
        """What the console says before anybody types; the device key is remembered."""
        said = self.machine.expect("console", r"^(Cella (?:.*\n)+?)device public key ([0-9a-f]{64})$")
        self.key = said.group(2)
        self.machine.expect("console", r"^> ")
        return said.group(1)

    def restore(self, network="test"):
        """The public test words, from the first question on."""
        self.type("restore")
        self.machine.expect("console", r"^> ")
        self.type(network)
        self.machine.expect("console", r"^words> ")
        self.type(WORDS)
        self.machine.expect("console", r"^The seed is restored\. Network: TESTNET\.")
        self.machine.expect("console", r"^Ready\.$")

    def start(self):
        self.greeting()
        self.restore()

    def cella(self, *arguments):
        """Start the host tool on this device's link, or without one where it asks nothing of a device."""
        offline = arguments[0] in ("verify", "inspect", "image")
        return Host(self.machine, list(arguments) + ([] if offline else ["--device", self.link]))

    def sign(self, psbt=PAYMENT, name="out", *options):
        """Start signing; files go to the test's folder."""
        for suffix in ("psbt", "evidence"):
            if os.path.exists(self.path(f"{name}.{suffix}")):
                os.unlink(self.path(f"{name}.{suffix}"))
        return self.cella("wallet", "sign", psbt, self.path(f"{name}.psbt"), "--evidence", self.path(f"{name}.evidence"),
                          *options)

    def request(self, host, fee=False):
        """The request of `host` on the console, up to the sign that awaits the answer: its number, its text, the number to
        type (none if it asks for `fee` first)."""
        while not re.search(r"^---- request ", self.machine.text["console"][self.machine.at["console"]:], re.MULTILINE):
            if host.process.poll() is not None:
                host.must_say(0, "nothing: the console must show a request")
            must(self.machine.read(0.1) and time.monotonic() < self.machine.end, "no request came")
        head = self.machine.expect("console", r"^---- request (\d+) -+\n((?:.*\n)+?)---- end of request \1 -+\n")
        number = head.group(1)
        if fee:
            self.machine.expect("console", rf"^The fee is high\. .*\nfee {number}> ")
            return number, head.group(2), None
        return number, head.group(2), self.number(number)

    def number(self, request):
        return self.machine.expect("console", r"^To sign, type the number (\d{4})\. Anything else refuses\.\n"
                                   rf"approve {request}> ").group(1)

    def approve(self, psbt=PAYMENT, name="out", *options):
        """A payment from the companion to the signature, the person says yes; the text of the request."""
        host = self.sign(psbt, name, *options)
        _, text, number = self.request(host)
        self.type(number)
        self.machine.expect("console", r"^Signed\.$")
        host.must_say(0, "")
        return text

    def refusal(self, name, index=0):
        return self.refusals[name].replace("#", str(index + 1))

    def must_be_clean(self):
        """The console has said printable ASCII and line ends only."""
        with open(self.path("console.txt"), "rb") as file:
            said = file.read()
        end = CLEAN.match(said).end()
        must(end == len(said), f"the console says {said[end:end + 8]!r}")


class Usage:
    """What the test app `gauge` says of the steward's memory: for the leak check at the end of a test."""

    def __init__(self, machine):
        self.machine = machine
        self.before = self.now()

    def now(self):
        """The next thing that it says; two lines on, because the next one may be old."""
        self.machine.at["log"] = len(self.machine.text["log"])
        for _ in range(2):
            said = self.machine.expect("log", r"^gauge: (\d+ pages, \d+ slots, \d+ cells)$")
        return said.group(1)

    def check(self):
        after = self.now()
        must(after == self.before, f"something leaked: {self.before} before, {after} after")

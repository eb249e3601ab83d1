# SPDX-License-Identifier: GPL-3.0-or-later
"""The vault profile on an emulated machine, as its owner uses it: the seed restored, payments signed with the host tool,
answers typed on the console. The seed is BIP-39's public test mnemonic, on testnet."""

import os
import re
import subprocess
import time

from runner import image
from runner.machine import Failed, Machine

PROFILE = "profiles/vault.toml"
CELLA = f"{image.BUILD}/host/cella"
WORDS = "abandon " * 11 + "about"
QUESTION = re.compile(r"(?:type the number (\d{4})[^>]*)?^(approve|fee) \d+> $", re.MULTILINE)


class Wallet(Machine):
    """`with Wallet(folder, seconds) as w:` boots; the folder gets everything that this makes."""

    def __init__(self, folder, seconds):
        super().__init__(folder, image.LOADER, f"{folder}/image.bundle", seconds, served=("link",))
        self.device = ["--device", os.path.join(folder, "link.sock")]
        self.key = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        image.build([PROFILE])
        image.bundle(PROFILE, self.bundle)
        return super().__enter__()

    def restore(self):
        """Answer the first questions; the device's key is then in `key`."""
        self.key = self.expect("console", r"device public key ([0-9a-f]{64})\s").group(1)
        for sign, answer in ((r"\n> ", "restore"), (r"\n> ", "test"), (r"words> ", WORDS)):
            self.expect("console", sign)
            self.send("console", answer.encode() + b"\r")
        self.expect("console", r"The seed is restored")
        self.expect("console", r"^Ready\.$")

    def answer(self):
        """If the console asks something now, type what a willing person would."""
        found = QUESTION.search(self.text["console"], self.at["console"])
        if not found:
            return
        self.at["console"] = found.end()
        if found.group(2) == "approve" and not found.group(1):
            raise Failed("the console asks for a number and shows none")
        self.send("console", (found.group(1) if found.group(2) == "approve" else "fee").encode() + b"\r")

    def host(self, *arguments, seconds=120):
        """Run the host tool, answering for the person; what it said. A failure of the tool is one here."""
        limit = min(self.end, time.monotonic() + seconds)
        path = os.path.join(self.folder, "host.txt")
        with open(path, "w+") as said:
            child = subprocess.Popen([CELLA, *self.device, *arguments], stdin=subprocess.DEVNULL, stdout=said,
                                     stderr=subprocess.STDOUT)
            try:
                while child.poll() is None:
                    if time.monotonic() > limit:
                        raise Failed(f"cella {arguments[0]} did not end in time")
                    if not self.read(0.2):
                        raise Failed(f"the machine ended (status {self.qemu.returncode})")
                    self.answer()
            finally:
                child.kill()
                child.wait()
            said.seek(0)
            text = said.read()
        if child.returncode != 0:
            raise Failed(f"cella {arguments[0]}: {(text.strip().splitlines() or ['it said nothing'])[-1]}")
        return text

    def sign(self, payment, signed):
        """Have a payment signed, and its evidence checked against the payment."""
        evidence = f"{signed}.evidence"
        self.host("wallet", "sign", payment, signed, "--evidence", evidence)
        image.command([CELLA, "verify", evidence, "--psbt", payment, "--key", self.key], 60)

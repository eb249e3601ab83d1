# SPDX-License-Identifier: GPL-3.0-or-later
"""`./dev run` after everything is built: start the device, restore or unlock the demonstration seed, submit one payment, show the
request, let the person answer, verify the evidence, stay up. Called by run.sh only; usage: run.py ASK|yes|no DEMO ONCE.
The device's flash memory and TPM stay in build/run: at the next start the seed is opened with its PIN."""

import os
import re
import select
import signal
import subprocess
import sys
import time

from machine import Machine, Stopped
from terminal import Terminal

BUILD = os.environ.get("CELLA_BUILD", "build")
RUN = f"{BUILD}/run"
CELLA = f"{BUILD}/host/cella"
PAYMENT = "examples/payment.psbt"
SIGNED, EVIDENCE, DEVICES = f"{RUN}/payment.signed.psbt", f"{RUN}/payment.evidence", f"{RUN}/devices"
QUOTE, TPM_KEY = f"{RUN}/payment.quote", f"{RUN}/tpm.key"  # what the TPM says, and the TPM that is believed
STARTED = ("--image", f"{BUILD}/vault.bundle", "--loader", f"{BUILD}/BOOTX64.signed.EFI", "--vars", f"{BUILD}/keys/vars.fd")
WORDS = "abandon " * 11 + "about"  # BIP-39's public test mnemonic: everybody has these keys
PIN = "271828"  # as public as the words
BOOT_SECONDS, TYPE_DELAY = 120, 0.3

SIGN = re.compile(r"(?:^|\n)(approve|fee) (\d+)> $")
NUMBER = re.compile(r"type the number (\d{4})")


class Device:
    """The console's text as it arrives, and what the person or we type."""

    def __init__(self, machine, terminal, answer):
        self.machine, self.terminal, self.answer = machine, terminal, answer
        self.line = machine.console()
        self.text = ""
        self.answered = None
        self.forward = False
        self.child = None
        self.heard = ""
        self.said = ""
        self.tpm = None

    def type(self, text):
        time.sleep(TYPE_DELAY)  # the device throws away what came before its question was complete
        self.line.setblocking(True)
        self.line.sendall(text.encode() + b"\r")
        self.line.setblocking(False)

    def step(self, seconds):
        """Move bytes for at most so long; True if the device said something."""
        sources = [self.line]
        if self.forward:
            sources.append(sys.stdin)
        if self.child:
            sources.append(self.child.stdout)
        ready = select.select(sources, [], [], seconds)[0]
        if self.child and self.child.stdout in ready:
            self.child_read()
        if self.forward and sys.stdin in ready:
            keys = os.read(sys.stdin.fileno(), 256)
            if not keys:
                raise Stopped("the terminal is gone, so nobody can answer")
            self.line.send(keys.replace(b"\n", b"\r"))
        if self.line not in ready:
            return False
        data = self.line.recv(4096)
        if not data:
            raise Stopped(f"the device stopped: {self.machine.last_line('emulator.log')} - see {RUN}/log.txt")
        self.text = (self.text + self.terminal.device(data))[-65536:]
        self.play()
        return True

    def child_read(self):
        data = os.read(self.child.stdout.fileno(), 4096)
        self.heard += data.decode("utf-8", "replace").replace("\r", "\n")
        if not data:
            self.child.stdout.close()
            self.child.wait()
            self.child = None
        self.child_show()

    def child_show(self):
        """What the host tool said, in whole lines."""
        lines, self.heard = self.heard.rsplit("\n", 1) if "\n" in self.heard else ("", self.heard)
        if not self.child:
            lines, self.heard = lines + "\n" + self.heard, ""
        for line in filter(str.strip, lines.split("\n")):
            self.said += line + "\n"
            self.terminal.host(line)

    def play(self):
        """Answer a request in the person's place, if that is what was asked for."""
        sign = SIGN.search(self.text)
        if not sign or self.answer == "ask":
            return
        number = NUMBER.findall(self.text)
        if self.answer == "no":
            word = "no"
        else:
            word = "fee" if sign.group(1) == "fee" else number[-1] if number else "no"
        self.text = self.text[:sign.start()]
        self.type(word)

    def expect(self, pattern, what, seconds=BOOT_SECONDS):
        """Wait until the console has said `pattern`; what it said up to there is used up."""
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.text)
            if found:
                self.text = self.text[found.end():]
                return found
            if time.monotonic() > end:
                raise Stopped(f"{what} did not come within {seconds} s - see {RUN}/log.txt and {RUN}/emulator.log")
            self.step(0.5)

    def command(self, *arguments):
        """Run the host tool while the console goes on; its exit status. What it says stays in `said`."""
        self.said = ""
        child = subprocess.Popen([CELLA, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        self.child = child
        while self.child:
            self.step(0.5)
        return child.returncode


def enroll(key):
    """Remember this boot's device key, so that `cella verify` knows it."""
    known = open(DEVICES).read() if os.path.exists(DEVICES) else ""
    if key not in known:
        with open(DEVICES, "a") as file:
            file.write(f"{key} emulated device, started {time.strftime('%Y-%m-%d %H:%M:%S')}\n")


def boot(device):
    device.tpm = device.expect(r"TPM key    ([0-9a-f ]{39})\s", "the TPM's key").group(1)
    key = device.expect(r"device public key ([0-9a-f]{64})\s", "the device's greeting").group(1)
    enroll(key)
    if device.expect(r"\n(PIN)?> ", "the first question").group(1):
        unlock(device)
    else:
        restore(device)
    device.expect(r"Ready\.", "the idle console")


def unlock(device):
    device.terminal.host(f"the seed that an earlier start kept is opened with the demonstration's PIN, {PIN}")
    device.type(PIN)
    said = device.expect(r"The seed is open|Wrong PIN|The TPM (?:does not|that helped|wants)", "the vault's verdict").group(0)
    if said != "The seed is open":
        raise Stopped("the kept seed does not open here - ./dev run --fresh starts with an empty device")


def restore(device):
    device.terminal.host("restoring the demonstration seed: BIP-39's public test words, on testnet. Never send money there.")
    device.type("restore")
    device.expect(r"\n> ", "the question for the network")
    device.type("test")
    device.expect(r"words> ", "the question for words")
    device.type(WORDS)
    device.expect(r"The seed is restored", "the restored seed")
    for question in (r"new PIN> ", r"again> "):
        device.expect(question, "the question for a PIN")
        device.type(PIN)
    device.expect(r"The seed is kept", "the kept seed")


def demo(device):
    terminal = device.terminal
    for old in (SIGNED, EVIDENCE):
        if os.path.exists(old):
            os.unlink(old)
    terminal.host(f"{CELLA} wallet sign {PAYMENT} {SIGNED} --evidence {EVIDENCE}")
    if device.answer != "ask":
        terminal.host(f"--answer {device.answer}: this program plays the person at the console")
    else:
        terminal.host("you are the person at the console: read the request, then type the number it shows")
    device.forward = device.answer == "ask"
    status = device.command("--device", f"{RUN}/link.sock", "wallet", "sign", PAYMENT, SIGNED, "--evidence", EVIDENCE)
    if status != 0:
        terminal.host("nothing was signed")
        return device.answer == "no" or device.answer == "ask"
    nonce = quote(device)
    words = ("verify", EVIDENCE, "--psbt", PAYMENT, "--quote", QUOTE, "--nonce", nonce, "--tpm", TPM_KEY, *STARTED)
    terminal.host(f"{CELLA} {' '.join(words)}")
    return device.command(*words) == 0


def quote(device):
    """The nonce of a new quote. A new TPM is enrolled first: what the host was told is compared with what the console shows."""
    link = ("--device", f"{RUN}/link.sock", "attest")
    if not os.path.exists(TPM_KEY):
        device.terminal.host(f"{CELLA} attest enrol {TPM_KEY}")
        if device.command(*link, "enrol", TPM_KEY) != 0:
            raise Stopped(f"the device's TPM was not enrolled - see {RUN}/log.txt")
        if device.tpm not in device.said:
            os.unlink(TPM_KEY)
            raise Stopped(f"the console shows another TPM key: {device.tpm}. Do not believe this link")
        device.terminal.host(f"the console shows the same TPM key: {device.tpm}")
    device.terminal.host(f"{CELLA} attest quote {QUOTE}")
    if device.command(*link, "quote", QUOTE) != 0:
        raise Stopped(f"the device's TPM gave no quote - see {RUN}/log.txt")
    return re.search(r"^nonce ([0-9a-f]{64})$", device.said, re.MULTILINE).group(1)


def next_steps(terminal):
    terminal.host("try next, in another terminal:")
    for line in (f"{CELLA} status", f"{CELLA} wallet address",
                 f"{CELLA} wallet sign {PAYMENT} {RUN}/again.psbt --evidence {RUN}/again.evidence",
                 f"{CELLA} log", f"{CELLA} inspect {BUILD}/vault.bundle", f"less {RUN}/log.txt"):
        terminal.host("    " + line)
    terminal.host("the device stays up; Ctrl-C ends it")


staying = False  # everything was shown; Ctrl-C is then how a run ends, and no failure


def stop(number, frame):
    raise SystemExit(0 if staying and number == signal.SIGINT else 128 + number)


def main(answer, with_demo, once):
    global staying
    machine = Machine(RUN, f"{BUILD}/esp.img", f"{RUN}/vars.fd")
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    good = True
    with Terminal(keyboard=answer == "ask") as terminal:
        try:
            terminal.host("starting the device: UEFI, Secure Boot on, 128 MB, emulated; this takes some seconds")
            machine.start()
            device = Device(machine, terminal, answer)
            boot(device)
            if with_demo:
                good = demo(device)
            if not once:
                staying = True
                next_steps(terminal)
                device.forward = answer == "ask"
                while True:
                    device.step(1)
        except (Stopped, OSError) as problem:
            terminal.fresh_line()
            print(f"cella: {problem}", file=sys.stderr)
            return 1
        finally:
            machine.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] == "demo", sys.argv[3] == "once"))

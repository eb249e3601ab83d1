# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides a system test: a file `expect`, or a program `check.py` with a function check(machine, folder).

A check.py may say `COMPANION = True` (the host tool talks to the link, runner/device.py), `UEFI = True` (firmware, Secure Boot
and a software TPM in place of direct boot), `FLASH = True` (a small flash memory, empty), `THROTTLED = True` (runner/machine.py), `DEBUGGED = True` (runner/debugger.py),
`HELD = True` (the machine's first instruction waits for the debugger) and `SECONDS = n`. A function profile(text) changes the profile before it is built, for seeds.

Lines of `expect`, in order; `#` starts a comment:
    LINE REGEX      wait until that line (console, link, log) says it, after what was expected before
    also LINE REGEX the same, but said at any time since the start
    LINE < TEXT     type TEXT and Return there
    ! LINE REGEX    must never be said, from the start on
    allow REGEX     is no failure although it looks like one
    seconds N       for the whole test, 60 unless told"""

import importlib.util
import os
import re

from runner.machine import Failed, LINES

# What no test may see unless it says so: failed probes, cells that did not start, bugs of our own.
FORBIDDEN = [r": not ok ", r" was not started ", r"\(panic\)", r": panic: "]


class Script:
    def __init__(self, folder):
        self.folder, self.seconds, self.steps, self.never, self.allow, self.program = folder, 60, [], [], [], None
        if os.path.exists(f"{folder}/expect"):
            with open(f"{folder}/expect") as file:
                for number, line in enumerate(file, 1):
                    self.parse(line.strip(), f"{folder}/expect:{number}")
        if os.path.exists(f"{folder}/check.py"):
            spec = importlib.util.spec_from_file_location("check", f"{folder}/check.py")
            self.program = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.program)
        self.seconds = getattr(self.program, "SECONDS", self.seconds)
        self.companion = getattr(self.program, "COMPANION", False)
        self.uefi = getattr(self.program, "UEFI", False)
        self.flash = getattr(self.program, "FLASH", False)
        self.throttled = getattr(self.program, "THROTTLED", False)
        self.debugged = getattr(self.program, "DEBUGGED", False)
        self.held = getattr(self.program, "HELD", False)
        if not self.steps and not self.program:
            raise Failed(f"{folder} has neither an `expect` with steps nor a check.py")

    def profile(self, out):
        """The profile to boot: the folder's, or what the program's profile(text) makes of it, written to the folder `out`."""
        path = f"{self.folder}/profile.toml"
        if not hasattr(self.program, "profile"):
            return path
        with open(path) as file:
            text = self.program.profile(file.read())
        os.makedirs(out, exist_ok=True)
        with open(f"{out}/profile.toml", "w") as file:
            file.write(text)
        return f"{out}/profile.toml"

    def parse(self, line, where):
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if not line or line.startswith("#"):
            return
        if word == "seconds":
            self.seconds = int(rest)
        elif word == "allow":
            self.allow.append(re.compile(rest))
        elif word == "!":
            name, _, pattern = rest.partition(" ")
            self.never.append((name, re.compile(pattern.strip())))
        elif word in LINES:
            self.steps.append((word, rest, False))
        elif word == "also":
            name, _, pattern = rest.partition(" ")
            self.steps.append((name, pattern.strip(), True))
        else:
            raise Failed(f"{where}: `{word}` is no step")

    def run(self, machine):
        machine.forbidden = [("log", re.compile(p)) for p in FORBIDDEN] + self.never
        machine.allowed = self.allow
        for line, rest, anywhere in self.steps:
            if anywhere:
                machine.expect(line, rest, start=0)
            elif rest.startswith("< "):
                machine.send(line, rest[2:].encode() + b"\r")
            else:
                machine.expect(line, rest)
        if self.program:
            self.program.check(machine, self.folder)

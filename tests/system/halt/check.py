# SPDX-License-Identifier: GPL-3.0-or-later
"""The steward dies, by a fault and by an exit: the machine stops, and says why on the console and the log. Nobody restarts a steward, and
nothing runs without one."""

import random
import re

from runner.debugger import Debugger
from runner.device import must
from runner.machine import Machine

DEBUGGED = True
SECONDS = 60
REASON = r"cella: the machine stopped: the steward stopped "
GAUGE = r"^gauge: \d+ pages"


def die(machine, way):
    machine.allowed = [re.compile(REASON)]
    for _ in range(2):
        machine.expect("log", GAUGE)
    with Debugger(machine) as debugger:
        must(debugger.kill("steward", random.Random(1), 10, way) == way, "the steward did not run")
        for line in ("console", "log"):
            machine.expect(line, REASON)
        said = len(re.findall(GAUGE, machine.text["log"], re.MULTILINE))
        machine.wait(1)
        must(len(re.findall(GAUGE, machine.text["log"], re.MULTILINE)) == said, "cells run on without a steward")


def check(machine, folder):
    die(machine, "jump")
    machine.__exit__()
    with Machine(f"{machine.folder}/exit", machine.loader, machine.bundle, SECONDS, machine.options) as again:
        die(again, "exit")

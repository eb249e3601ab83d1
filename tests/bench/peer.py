# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine with another system's kernel, for as long as it takes to measure it, and how long steps are told about."""

import os
import re
import subprocess
import sys
import time

from runner import image
from runner.machine import Failed, follow_parent

ICOUNT = ("-icount", "shift=0,sleep=off")
# Without these two the copying loops of others are single REP instructions whose rounds count one each.
CPU = "max,-erms,-fsrm"


def options(counted=True):
    """What every measured machine has in common besides the board."""
    return ("-cpu", CPU, *(ICOUNT if counted else ()))


class Step:
    """`with Step(what):` says that it begins, that it goes on, and how long it took."""

    def __init__(self, what):
        self.what, self.start, self.told = what, time.monotonic(), 0.0

    def __enter__(self):
        print(f"bench: {self.what} ...", end="" if sys.stdout.isatty() else "\n", flush=True)
        return self

    def on(self):
        now = time.monotonic() - self.start
        if now - self.told >= (1 if sys.stdout.isatty() else 15):
            self.told = now
            text = f"bench: {self.what}, {now:.0f} s"
            print(f"\r{text}", end="", flush=True) if sys.stdout.isatty() else print(text, flush=True)

    def __exit__(self, failed, *_):
        if not failed:
            line = f"bench: {self.what}: {time.monotonic() - self.start:.0f} s"
            print(f"\r{line}   " if sys.stdout.isatty() else line, flush=True)


def fetch(name):
    """Pinned files of others (third_party/lock), unpacked: the folder and the pin's version."""
    if subprocess.run(["third_party/fetch", name], stdin=subprocess.DEVNULL).returncode:
        raise Failed(f"{name} could not be fetched, so there is nothing to compare with - run ./dev deps --check to see why, "
                     "or ./dev bench --ours")
    folder = f"{image.BUILD}/third_party/src/{name}"
    with open(f"{folder}.sha256", encoding="ascii") as file:
        have = file.read().strip()
    with open("third_party/lock", encoding="ascii") as file:
        version = next(line.split()[1] for line in file if have in line.split())
    return folder, version


def figures(text, counted=True):
    """NAME -> N of every line `bench NAME N`, as programs say it or as our log names the one who said it. Time is disturbed by
    whatever else the host does: if instructions were not counted, the figures of short rounds (`brief NAME N`) are taken."""
    found = {kind: {name: int(n) for name, n in re.findall(rf"^(?:[a-z]+: )?{kind} (.*) (\d+)$", text, re.M)}
             for kind in ("bench", "brief")}
    return found["bench"] | ({} if counted else found["brief"])


def figures_whole(what, text, ways, counted=True):
    """The same; a failure if one of those that `ways` names is missing."""
    found = figures(text, counted)
    missing = {name for names in ways.values() for name in names.values()} - set(found)
    if missing:
        raise Failed(f"{what} cannot be measured: it did not say {', '.join(sorted(missing))} - see {image.BUILD}/test/bench")
    return found


def cheapest(found, ways):
    """For each of our operations the smallest of the figures that can stand for it, and the way it was done."""
    chosen = {}
    for key, names in ways.items():
        way = min(names, key=lambda name: found[names[name]])
        chosen[key] = [found[names[way]], way]
    return chosen


def run(what, folder, arguments, seconds, step, counted=True):
    """Boot until the first serial line says `bench end`; all that it said. The machine is what ours is."""
    os.makedirs(folder, exist_ok=True)
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-accel", "tcg", "-m", "128",
               "-M", "q35", "-display", "none", "-net", "none", "-no-reboot", "-serial", "stdio",
               *options(counted), *arguments]
    path = f"{folder}/console.txt"
    with open(path, "wb") as out, open(f"{folder}/qemu.txt", "wb") as errors:
        qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, preexec_fn=follow_parent)
    end = time.monotonic() + seconds
    try:
        while True:
            ended = qemu.poll() is not None
            with open(path, encoding="ascii", errors="replace") as file:
                text = file.read().replace("\r", "")
            if re.search(r"^bench end$", text, re.M):
                return text
            said = re.search(r"failed: .*|Kernel panic.*|panic.*", text)
            if said or ended or time.monotonic() > end:
                why = said.group(0) if said else "the machine ended" if ended else f"it took more than {seconds} s"
                raise Failed(f"{what} cannot be measured: {why} - see {path}")
            step.on()
            time.sleep(0.1)
    finally:
        qemu.kill()
        qemu.wait()

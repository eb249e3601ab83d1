# SPDX-License-Identifier: GPL-3.0-or-later
"""cella app new, build, run, test and reproduce: a project outside the system's tree. `app.py VERB ...`; this file's folder is `tools` in
the development kit."""

import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import time
import tty

SDK = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CELLA = f"{SDK}/bin/cella"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from runner import debugger  # noqa: E402
from runner.judge import Script  # noqa: E402
from runner.machine import Failed, Machine  # noqa: E402

NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
DEVELOPER = "developer"  # of profiles/publishers.toml in the kit
GOOD, NO, UNABLE = 0, 1, 2
TRY_SECONDS = 24 * 3600
FIND_TRIES, FIND_SECONDS = 60, 0.5
GRACE_SECONDS = 1.0  # how long lines of others may come after the app has stopped


def must(good, why):
    if not good:
        raise Failed(why)


def command(arguments, **more):
    """A program that says itself what is wrong."""
    if subprocess.run(arguments, **more).returncode != 0:
        sys.exit(UNABLE)


def new(arguments):
    must(len(arguments) == 1, "new wants the name of the app - usage: cella app new NAME")
    folder, name = arguments[0], os.path.basename(os.path.normpath(arguments[0]))
    must(NAME.fullmatch(name), f"`{name}` is not a name: lower-case letters, digits, `-` and `_`, a letter first, 31 at most - "
         "give it another one")
    must(not os.path.lexists(folder), f"{folder} is there already - name another folder")
    shutil.copytree(f"{SDK}/template", folder)
    for file in os.listdir(folder):
        path = os.path.join(folder, file)
        with open(path) as source:
            text = source.read()
        with open(path, "w") as target:
            target.write(text.replace("@NAME@", name))
    print(f"{folder}: manifest.toml, main.c, Makefile, expect - now `cella app test {folder}`")


def name_of(folder):
    must(os.path.exists(f"{folder}/manifest.toml"), f"{folder} has no manifest.toml - name the folder of an app, or begin one "
         "with `cella app new`")
    with open(f"{folder}/manifest.toml") as file:
        found = re.search(r'^name *= *"([^"]*)"', file.read(), re.MULTILINE)
    must(found and NAME.fullmatch(found.group(1)), f"{folder}/manifest.toml names no app - write name = \"...\"")
    return found.group(1)


def build(folder, profile):
    """The program and its unsigned package, if a device of that profile would take it."""
    name = name_of(folder)
    command(["make", "-s", "--no-print-directory", "-C", folder, f"CELLA_SDK={SDK}"])
    command([CELLA, "app", "pack", folder, "--profile", profile])
    return name


def reproduce(arguments):
    """The program made anew from a copy of the sources; the host tool packs and compares."""
    must(len(arguments) == 2, "reproduce wants a folder, and a package or its root - usage: cella app reproduce FOLDER PACKAGE|ROOT")
    folder, name = arguments[0], name_of(arguments[0])
    with tempfile.TemporaryDirectory() as fresh:
        shutil.copytree(folder, f"{fresh}/{name}", ignore=shutil.ignore_patterns("build"))
        command(["make", "-s", "--no-print-directory", "-C", f"{fresh}/{name}", f"CELLA_SDK={SDK}"], stdout=subprocess.DEVNULL)
        return subprocess.run([CELLA, "app", "reproduce", *arguments, "--program", f"{fresh}/{name}/build/{name}.elf"]).returncode


def image(folder, name):
    """A device with the app built in, signed with the kit's own key. Where it is made."""
    out = f"{folder}/build/device"
    root = f"{out}/root"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(f"{SDK}/device/root", root)
    os.makedirs(f"{root}/apps/{name}", exist_ok=True)
    with open(f"{folder}/manifest.toml") as file:
        text = re.sub(r"^publisher *=.*\n", "", file.read(), flags=re.MULTILINE)
    with open(f"{root}/apps/{name}/manifest.toml", "w") as file:
        file.write(f'publisher = "{DEVELOPER}"\n{text}')
    with open(f"{SDK}/device/device.toml") as file:
        text = file.read().replace("@NAME@", name)
    with open(f"{root}/profiles/app.toml", "w") as file:
        file.write(text)
    cells = f"{out}/cells"
    shutil.rmtree(cells, ignore_errors=True)
    os.makedirs(cells)
    for program in os.listdir(f"{SDK}/device/cells"):
        os.symlink(f"{SDK}/device/cells/{program}", f"{cells}/{program}")
    shutil.copyfile(f"{folder}/build/{name}.elf", f"{cells}/{name}.elf")
    command([CELLA, "image", "build", "profiles/app.toml", "--root", root, "--cells", cells, "--kernel", f"{SDK}/device/kernel.elf",
             "--key", f"{SDK}/device/bundle.key", "--direct", "-o", f"{out}/image.bundle"], stdout=subprocess.DEVNULL)
    return out


class Device(Machine):
    """Knows when the app has stopped: whoever waits for what it will not say any more need not wait long."""

    def __init__(self, folder, name, seconds, **more):
        out = image(folder, name)
        super().__init__(out, f"{SDK}/device/direct.elf", f"{out}/image.bundle", seconds, served=("link",), **more)
        self.project, self.name, self.looked, self.stopped, self.since, self.awaited = folder, name, 0, None, 0, None

    def check(self):
        super().check()
        end = self.text["log"].rfind("\n") + 1
        for line in self.text["log"][self.looked:end].splitlines():
            if line.startswith(f"steward: cell {self.name} stopped: "):
                self.stopped, self.since = line.removeprefix("steward: "), time.monotonic()
        self.looked = end
        if self.stopped and self.awaited and time.monotonic() > self.since + GRACE_SECONDS and (
                not self.stopped.endswith("exit with status 0") or self.awaited.startswith(f"^{self.name}: ")):
            raise Failed(f"{self.stopped}, and it had not come to `{self.awaited}`{self.where(self.stopped)}")

    def where(self, line):
        """The line of the source, and what to do next, if it was a crash."""
        at = re.search(r" at code\+(0x[0-9a-f]+)$", line)
        if not at:
            return ""
        said = subprocess.run(["addr2line", "-f", "-e", f"{self.project}/build/{self.name}.elf", at.group(1)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split("\n") if shutil.which("addr2line") else []
        place = f"\n    in {said[0]}, {os.path.normpath(os.path.join(self.project, said[1]))}" if len(said) > 1 and said[1][0] != "?" else ""
        return f"{place}\n    with the debugger: cella app run {self.project} --debug"

    def expect(self, line, pattern, seconds=None, start=None):
        self.awaited = pattern
        try:
            found = super().expect(line, pattern, seconds, start)
        finally:
            self.awaited = None
        if line == "log" and self.stopped and re.search(pattern, f"steward: {self.stopped}"):
            self.stopped = None  # that was to be
        return found


def show(device, shown):
    """New lines of the log."""
    lines = device.text["log"].split("\n")[:-1]
    for line in lines[shown:]:
        print(f"\rlog | {line}{device.where(line) if device.name in line else ''}", flush=True)
    return len(lines)


def find(device, folder, name):
    """Where the app's program lies, drawn anew for each run: looked up in the machine's memory. Then the debugger's line is left
    to whoever wants it."""
    device.expect("log", r"^steward: profile ", start=0)
    with debugger.Debugger(device) as look:
        for _ in range(FIND_TRIES):
            device.wait(FIND_SECONDS)
            look.stop()
            bases = look.bases(name)
            look.go()
            if bases:
                break
        must(bases, f"{name} did not start - see the log")
        look.line.sendall(b"\x03")
        look.packet()
        look.ask(b"D")  # detach: the machine goes on
    print(f"host: gdb -ex 'set architecture i386:x86-64' -ex 'directory {folder}' -ex 'target remote {folder}/build/device/debugger.sock' "
          f"-ex 'add-symbol-file {folder}/build/{name}.elf -o {bases[-1]:#x}'", flush=True)


def talk(device):
    """This terminal is the device's console, until Ctrl-C; the log's lines come between."""
    written, shown = 0, 0
    while device.read(0.05):
        sys.stdout.write(device.text["console"][written:])
        sys.stdout.flush()
        written = len(device.text["console"])
        before, shown = shown, show(device, shown)
        for line in device.text["log"].split("\n")[before:shown]:
            if line.startswith(f"steward: cell {device.name} stopped: "):
                print(f"\rhost: {line.removeprefix('steward: ')}{device.where(line)}", flush=True)
        if sys.stdin in select.select([sys.stdin], [], [], 0)[0]:
            typed = os.read(sys.stdin.fileno(), 256)
            if not typed:
                return
            device.send("console", typed.replace(b"\n", b"\r"))


def run(folder, name, debugged):
    options = debugger.OPTIONS if debugged else ()
    print(f"host: {name} on a device of its own; Ctrl-C ends it, the link is {folder}/build/device/link.sock")
    saved = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    try:
        with Device(folder, name, TRY_SECONDS, options=options) as device:
            if debugged:
                find(device, folder, name)
            if saved:
                tty.setcbreak(sys.stdin)
            talk(device)
    except KeyboardInterrupt:
        print()
    finally:
        if saved:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)


def test(folder, name):
    """What the file `expect` wants (tests/runner/judge.py)."""
    script = Script(folder)
    with Device(folder, name, script.seconds) as device:
        try:
            script.run(device)
        except Failed:
            show(device, 0)
            raise
    print(f"ok {name}")


def main():
    verb, arguments = sys.argv[1], sys.argv[2:]
    profile = f"{SDK}/device/usual.toml"
    debugged = "--debug" in arguments
    arguments = [word for word in arguments if word != "--debug"]
    try:
        must(not re.search(r"[\s$#:%]", SDK), f"make cannot work with the kit in {SDK} - put it where no name has a blank")
        if "--profile" in arguments and verb in ("build", "run", "test"):
            at = arguments.index("--profile")
            must(len(arguments) > at + 1, "--profile wants the profile of a device - name the file")
            profile = arguments[at + 1]
            del arguments[at:at + 2]
        if verb == "new":
            new(arguments)
            return GOOD
        if verb == "reproduce":
            return reproduce(arguments)
        must(len(arguments) <= 1 and (verb == "run" or not debugged), f"{verb} wants the folder of an app - usage: cella app "
             f"{verb} [FOLDER]")
        folder = os.path.relpath(arguments[0] if arguments else ".")
        name = build(folder, profile)
        if verb == "run":
            run(folder, name, debugged)
        if verb == "test":
            try:
                test(folder, name)
            except Failed as why:
                print(f"not ok {name}: {why}\n    what it said is in {folder}/build/device")
                return NO
        return GOOD
    except Failed as why:
        print(f"cella: {why}", file=sys.stderr)
        return UNABLE
    except BrokenPipeError:  # nobody reads us any more
        sys.stdout = open(os.devnull, "w")
        return UNABLE


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/dev/reproduce.py [--once] [--spoil FILE --only TARGET]: builds the images twice, each in a folder of its own, as another
user, at another time of another zone, with other file dates, permissions, locale and number of jobs, and compares what comes
out byte for byte. Both use this clone's signing keys and unpacked library sources; everything else is made anew. --once
compares one such build with build/ as it is. --spoil writes the time of compilation into FILE of both: for the test that a
difference is seen; --only then builds TARGET alone."""

import argparse
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, "tools/dev")
import record  # noqa: E402

B = os.environ.get("CELLA_BUILD", "build")
OTHER_UID, TOLD_SECONDS = 65534, 15
SPOIL = '\n__attribute__((used)) static const char spoilt[] = __TIME__;\n'


class Failed(Exception):
    pass


class World:
    """One way to build: a folder and what surrounds the compiler."""

    def __init__(self, name, folder, jobs, umask, environment, other, old):
        self.name, self.folder, self.jobs, self.umask, self.other, self.old = name, folder, jobs, umask, other, old
        self.environment = {"PATH": os.environ["PATH"], **environment}
        self.user = "the same user"

    def command(self, arguments):
        """The arguments as this world's user runs them, and what subprocess needs for it."""
        if not self.other:
            return arguments, {}
        if os.geteuid() == 0:
            self.user = f"user {pwd.getpwuid(OTHER_UID).pw_name}"
            return arguments, {"user": OTHER_UID, "group": OTHER_UID, "extra_groups": []}
        mapped = ["unshare", "--user", f"--map-user={OTHER_UID}", f"--map-group={OTHER_UID}"]
        if subprocess.run([*mapped, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            self.user = f"user {OTHER_UID} of a namespace"
            return [*mapped, *arguments], {}
        self.user = "the same user by another name"
        return arguments, {}

    def fill(self, spoil):
        """The source as it is here, keys, and library sources, with this world's dates and owner."""
        for path in record.source_files():
            os.makedirs(os.path.dirname(f"{self.folder}/{path}"), exist_ok=True)
            shutil.copy2(path, f"{self.folder}/{path}", follow_symlinks=False)
        if spoil:
            with open(f"{self.folder}/{spoil}", "a") as file:
                file.write(SPOIL)
        shutil.copytree(f"{B}/keys", f"{self.folder}/build/keys")
        if self.old:
            for root, _, files in os.walk(self.folder):
                for file in files:
                    os.utime(f"{root}/{file}", (self.old, self.old), follow_symlinks=False)
        # Newer than the lock, or they would be fetched again.
        sources = f"{self.folder}/build/third_party/src"
        os.makedirs(sources)
        for name in record.LINKED:
            name = name.strip()
            if os.path.isdir(f"{B}/third_party/src/{name}"):
                shutil.copytree(f"{B}/third_party/src/{name}", f"{sources}/{name}", symlinks=True)
                shutil.copyfile(f"{B}/third_party/src/{name}.sha256", f"{sources}/{name}.sha256")
        if self.other and os.geteuid() == 0:
            subprocess.run(["chown", "-R", f"{OTHER_UID}:{OTHER_UID}", self.folder], check=True)

    def begin(self, target):
        arguments, how = self.command(["make", "-s", f"-j{self.jobs}", target])
        environment = dict(self.environment, CELLA_COMMIT=commit_here(), CELLA_MIRRORS="file:/nowhere")
        self.log = open(f"{self.folder}.log", "w+")
        return subprocess.Popen(arguments, cwd=self.folder, env=environment, umask=self.umask, stdin=subprocess.DEVNULL,
                                stdout=self.log, stderr=subprocess.STDOUT, **how)

    def path(self, file):
        return f"{self.folder}/build/{file}"


class Here:
    """The build that is there already."""

    name, log = "this clone", None

    def path(self, file):
        return f"{B}/{file}"


def commit_here():
    return record.source()["commit"]


def worlds_make(scratch, once):
    near = World("first", f"{scratch}/a", 1, 0o022, {"HOME": "/", "USER": "first", "LC_ALL": "C", "TZ": "UTC"}, False, 0)
    far = World("second", f"{scratch}/some/other, longer-name".replace(", ", "-"), max(2, os.cpu_count() or 2), 0o077,
                {"HOME": "/nonexistent", "USER": "second", "LOGNAME": "second", "LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8",
                 "TZ": "Pacific/Kiritimati", "COLUMNS": "40"}, True, 1_000_000_000)
    return [Here(), far] if once else [near, far]


def build(worlds, target, spoil):
    """All at once; they share the processors, not a file."""
    running = []
    for world in worlds:
        if isinstance(world, World):
            world.fill(spoil)
            if running and spoil:
                time.sleep(1.1)  # the spoilt object holds seconds
            running.append((world, world.begin(target)))
    started = told = time.monotonic()
    while any(process.poll() is None for _, process in running):
        time.sleep(0.2)
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            print(f"reproduce: building, {told - started:.0f} s", flush=True)
    for world, process in running:
        world.log.seek(0)
        lines = world.log.read().splitlines()
        if process.returncode != 0:
            raise Failed(f"the {world.name} build failed: " + "\n".join(lines[-5:] or ["it said nothing"]))
        print(f"reproduce: {world.name}: {world.user}, {world.jobs} jobs, TZ {world.environment['TZ']}", flush=True)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def compared(worlds, files):
    """Prints each file's digest; how many differ."""
    wrong = 0
    for file in files:
        digests = [digest(world.path(file)) for world in worlds]
        same = len(set(digests)) == 1
        wrong += not same
        print(f"{'same     ' if same else 'DIFFERENT'} {digests[0]}  {file}", flush=True)
        if not same:
            print(f"          {digests[1]}  ({worlds[1].name}) - compare with diffoscope or cmp")
    return wrong


def run(arguments):
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failed(f"{arguments[0]} failed: {done.stdout.strip()}")


def disks_make(worlds, scratch):
    """The disk image from each. A signature by RSA holds the time of signing, so the first's is put onto both loaders: what is
    published is one signature, and whoever rebuilds the loader attaches it."""
    signature = f"{scratch}/signature"
    run(["tools/dev/uefi", "sign", worlds[0].path("boot/BOOTX64.EFI"), f"{scratch}/signed"])
    run(["sbattach", "--detach", signature, f"{scratch}/signed"])
    for number, world in enumerate(worlds):
        loader = f"{scratch}/loader-{number}"
        shutil.copyfile(world.path("boot/BOOTX64.EFI"), loader)
        run(["sbattach", "--attach", signature, loader])
        run(["tools/dev/uefi", "disk", f"{scratch}/disk-{number}", loader, world.path("vault.bundle")])
    digests = [digest(f"{scratch}/disk-{number}") for number in range(2)]
    same = digests[0] == digests[1] and digest(f"{scratch}/loader-1") == digest(f"{scratch}/signed")
    print(f"{'same     ' if same else 'DIFFERENT'} {digests[0]}  disk image, with the first's signature on the loader", flush=True)
    return not same


def shipped(world):
    cells = sorted(os.listdir(os.path.dirname(world.path("cells/x"))))
    return [made["file"] for made in record.artefacts()] + ["boot/BOOTX64.EFI"] + \
        [f"cells/{name}" for name in cells if name.endswith(".elf")] + ["record.json"]


def reproduce(asked, scratch):
    worlds = worlds_make(scratch, asked.once)
    build(worlds, asked.only or "image", asked.spoil)
    if asked.only:
        wrong = compared(worlds, [os.path.relpath(asked.only, "build")])
    else:
        wrong = compared(worlds, shipped(worlds[1])) + disks_make(worlds, scratch)
        for image, pcrs in record.measurements().items():
            for number, value in pcrs.items():
                print(f"PCR {number:2}    {value}  {image}")
        print("keys: both builds sign with this clone's; library sources: unpacked here, by the hashes of third_party/lock")
    print(f"reproduce: {wrong} different" if wrong else "reproduce: the same bytes", flush=True)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(prog="./dev reproduce", description="build twice and compare")
    parser.add_argument("--once", action="store_true", help="build once, and compare with build/")
    parser.add_argument("--spoil", help=argparse.SUPPRESS)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="cella-")
    os.chmod(scratch, 0o755)  # for the other user
    try:
        return reproduce(asked, scratch)
    except Failed as why:
        print(f"cella: {why}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/dev/record.py write|check|show: the build record, build/record.json. It says of the images beside it which tools, which
libraries of others and which source made them, their digests, and what a TPM will measure. The same build gives the same
record, byte for byte: no date, no path, no user. `check` looks whether the record is that of the files beside it."""

import hashlib
import json
import os
import subprocess
import sys

B = os.environ.get("CELLA_BUILD", "build")
RECORD = f"{B}/record.json"
VERSION = 1
# What each tool is asked. Of its answer the first line with a digit counts: ld.lld and clang say more, about this machine.
TOOLS = {
    "clang": ["clang", "--version"], "clang++": ["clang++", "--version"], "ld.lld": ["ld.lld", "--version"],
    "lld-link": ["lld-link", "--version"], "llvm-ar": ["llvm-ar", "--version"], "make": ["make", "--version"],
    "python3": ["/usr/bin/python3", "--version"],
}
# Of third_party/lock, what is linked into an image or the host tool; the rest serves tests and the bench.
LINKED = ("musl ", "wolfssl ", "blake3 ", "secp256k1 ", "tinycbor ", "argon2 ", "tpm2-tss ")
# Debian packages whose files end up in the host tool, which is linked with this machine's libraries.
PACKAGES = ["libtomlplusplus-dev", "libstdc++-12-dev", "libstdc++-14-dev", "libc6-dev"]


def said(arguments):
    try:
        return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
                              env=dict(os.environ, LC_ALL="C")).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def tools():
    answers = {name: said(arguments).splitlines() for name, arguments in TOOLS.items()}
    found = {name: next((line.strip() for line in lines if any(c.isdigit() for c in line)), "missing")
             for name, lines in answers.items()}
    for name in PACKAGES:
        version = said(["dpkg-query", "-W", "-f", "${Version}", name])
        if version:
            found[name] = version
    return found


def libraries():
    """The candidate of each pin that was unpacked."""
    found = []
    with open("third_party/lock") as lock:
        for line in lock:
            if not line.startswith(LINKED):
                continue
            name, version, licence, _, digest = line.split()[:5]
            stamp = f"{B}/third_party/src/{name}.sha256"
            if os.path.exists(stamp) and digest in open(stamp).read():
                found.append({"name": name, "version": version, "licence": licence, "sha256": digest})
    return sorted(found, key=lambda pin: pin["name"])


def source_files():
    """The source's paths: git's, or without git everything but what is made."""
    listed = said(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split("\0")
    if listed != [""]:
        return sorted(path for path in listed if path and os.path.lexists(path))
    found = []
    for folder, folders, files in os.walk("."):
        folders[:] = [name for name in folders if name not in (".git", "node_modules", "__pycache__") and
                      os.path.join(folder, name) != "./build"]
        found += [os.path.relpath(os.path.join(folder, file), ".") for file in files]
    return sorted(found)


def source():
    """The commit, and a digest of the files that does not need git: SHA-256 over `sha256  path` lines."""
    tree = hashlib.sha256()
    for path in source_files():
        with open(path, "rb") as file:
            tree.update(f"{hashlib.sha256(file.read()).hexdigest()}  {path}\n".encode())
    commit = os.environ.get("CELLA_COMMIT") or said(["git", "rev-parse", "HEAD"]).strip() or "unknown"
    if not os.environ.get("CELLA_COMMIT") and said(["git", "status", "--porcelain"]):
        commit += ", changed"
    return {"commit": commit, "tree": tree.hexdigest()}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def profiles():
    return sorted(name[:-5] for name in os.listdir("profiles") if name.endswith(".toml") and name != "publishers.toml")


def artefacts():
    bundles = [f"{name}{way}.bundle" for name in profiles() for way in ("", "-direct")]
    names = ["boot/direct.elf", "boot/loader.efi", "kernel.elf", "host/cella", *bundles]
    return [{"file": name, "bytes": os.path.getsize(f"{B}/{name}"), "sha256": digest(f"{B}/{name}")} for name in names]


def measurements():
    """Of each image for UEFI: the PCRs that follow from files alone."""
    found = {}
    for name in (f"{profile}.bundle" for profile in profiles()):
        answer = said([f"{B}/host/cella", "image", "predict", f"{B}/{name}", "--loader", f"{B}/boot/loader.efi", "--json"])
        if not answer:
            raise SystemExit(f"cella: {B}/{name} has no predicted PCRs - run {B}/host/cella image predict {B}/{name}")
        found[name] = json.loads(answer)["pcrs"]
    return found


def record_make():
    return {"record": VERSION, "source": source(), "tools": tools(), "libraries": libraries(), "artefacts": artefacts(),
            "pcrs": measurements()}


def text_of(record):
    return json.dumps(record, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def write():
    text = text_of(record_make())
    if os.path.exists(RECORD) and open(RECORD).read() == text:
        return
    with open(RECORD + ".new", "w") as file:
        file.write(text)
    os.replace(RECORD + ".new", RECORD)


def read():
    try:
        with open(RECORD) as file:
            return json.load(file)
    except OSError:
        raise SystemExit(f"cella: {RECORD} is missing - run ./dev image, which makes it") from None
    except ValueError:
        raise SystemExit(f"cella: {RECORD} is not a build record - remove it and run ./dev image") from None


def check():
    """Exit 1 and say what differs."""
    old, new = read(), record_make()
    differs = [part for part in sorted(set(old) | set(new)) if old.get(part) != new.get(part)]
    for part in differs:
        print(f"cella: {RECORD} is not of these files: {part} differs - run ./dev image", file=sys.stderr)
    return 1 if differs else 0


def show():
    record = read()
    print("source    commit", record["source"]["commit"])
    print("          tree", record["source"]["tree"])
    for title, rows in (
            ("tool", record["tools"].items()),
            ("library", ((f"{pin['name']} {pin['version']}", pin["sha256"]) for pin in record["libraries"])),
            ("file", ((f"{made['file']}, {made['bytes']:,} bytes", made["sha256"]) for made in record["artefacts"]))):
        for name, value in rows:
            print(f"{title:9} {name:34} {value}")
    for image, pcrs in record["pcrs"].items():
        for number, value in sorted(pcrs.items(), key=lambda pair: int(pair[0])):
            print(f"{'PCR ' + number:9} {image:34} {value}")
    return 0


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
    commands = {"write": write, "check": check, "show": show}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        raise SystemExit("cella: usage: tools/dev/record.py write|check|show")
    return commands[sys.argv[1]]() or 0


if __name__ == "__main__":
    sys.exit(main())

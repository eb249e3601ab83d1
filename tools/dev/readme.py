#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/dev/readme.py write|check [NAME...]: README.md copies what test runs print. Between `<!-- NAME -->` and `<!-- /NAME -->`
stands what the function of that name below makes of a file in build/: `write` puts it there, `check` says which part is stale.
Without names all parts are looked at whose file exists; a part that is named must have its file."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../tests/bench"))
import table  # noqa: E402

BUILD = os.environ.get("CELLA_BUILD", "build")
README = "README.md"

class Missing(Exception):
    pass


def read(name):
    path = f"{BUILD}/{name}"
    if not os.path.exists(path):
        raise Missing(path)
    with open(path) as file:
        return file.read()


def claims():
    """build/claims.txt as it is: claim | attack | result, one line each, and the count."""
    lines = read("claims.txt").strip().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if "|" in line]
    out = ["| " + " | ".join(rows[0]) + " |", "|---" * len(rows[0]) + "|"]
    out += ["| " + " | ".join(row) + " |" for row in rows[1:]]
    return "\n".join(out + [""] + [line for line in lines if "|" not in line])


def bench():
    """build/bench.json, as tests/bench/table.py lays it out."""
    found = json.loads(read("bench.json"))
    size = found["bytes"]
    out = [table.markdown(table.summary(found))]
    loader, image = size.get("loader, UEFI"), size.get("image")
    return "\n".join(out + ["", f"Loader {loader:,} bytes, image {image:,} bytes."] if loader and image else out)


PARTS = {"claims": claims, "bench": bench}


def replaced(text, name, content):
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise SystemExit(f"cella: {README} has no part between `<!-- {name} -->` and `<!-- /{name} -->` - put the marks back")
    return before + start + content + end + after


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("write", "check") or not set(sys.argv[2:]) <= set(PARTS):
        raise SystemExit("cella: usage: tools/dev/readme.py write|check [NAME...]")
    with open(README) as file:
        old = file.read()
    text, stale = old, []
    for name in sys.argv[2:] or PARTS:
        make = PARTS[name]
        try:
            new = replaced(text, name, make())
        except Missing as path:
            if name in sys.argv[2:]:
                raise SystemExit(f"cella: {path} is missing - run ./dev {'bench' if name == 'bench' else 'test'}, which makes it") from None
            print(f"not looked at: {name} ({path} is missing)")
            continue
        stale += [name] if new != text else []
        text = new
    if sys.argv[1] == "check" and stale:
        raise SystemExit(f"cella: {README} is stale: {', '.join(stale)} - run tools/dev/readme.py write and commit")
    if text != old:
        with open(README, "w") as file:
            file.write(text)
    print(f"{README}: " + ("written: " + ", ".join(stale) if stale else "fresh"))


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md: the tables of a run between their marks, and a line of history at the end."""

import datetime
import subprocess

import table

PAGE = "docs/performance.md"


def replaced(text, name, content):
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise SystemExit(f"cella: {PAGE} has no part between `<!-- {name} -->` and `<!-- /{name} -->` - put the marks back")
    return before + start + content + end + after


def protections(result):
    lines = [f"Linux is {result['linux']}."]
    for name, entry in result["peers"].items():
        for line in entry.get("protections", ()):
            lines.append(f"- {name}: {line.removeprefix('protection ')}")
    return "\n".join(lines)


def linux_all(result):
    names = [name for name, entry in result["peers"].items() if "protections" in entry]
    keys = result["peers"][names[0]]["all"]
    return [("what", *names)] + [(key, *(f"{result['peers'][name]['all'][key]:,}" for name in names)) for key in keys]


def record(result):
    with open(PAGE, encoding="ascii") as file:
        text = file.read()
    for name, content in (("compared", table.markdown(table.compared(result))), ("timed", table.markdown(table.timed(result))),
                          ("linux", table.markdown(linux_all(result))), ("protections", protections(result))):
        text = replaced(text, name, content)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    cells = [datetime.date.today().isoformat(), commit]
    cells += [f"{result['instructions'].get(key, 0):,}" for key, *_ in table.ROWS] + [f"{result['bytes']['kernel text']:,}"]
    with open(PAGE, "w", encoding="ascii") as file:
        file.write(text + "| " + " | ".join(cells) + " |\n")

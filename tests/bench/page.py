# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md: the tables of a run between their marks, and a line of history at the end."""

import datetime
import re
import subprocess

import boot
import growth
import table
import verity

PAGE = "docs/performance.md"


def replaced(text, name, content):
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, found, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise SystemExit(f"cella: {PAGE} has no part between `<!-- {name} -->` and `<!-- /{name} -->` - put the marks back")
    return before + start + content + end + after


def whats(result):
    """What was booted, and what Linux says about itself."""
    return "\n".join(f"- {name}: {line.removeprefix('protection ')}" for name, entry in result["peers"].items()
                     for line in entry.get("what", ()))


def everything(result, word):
    """All ways that were measured on the systems whose name begins with `word`."""
    systems = {name: entry["all"] for name, entry in result["peers"].items() if name.startswith(word)}
    keys = next(iter(systems.values()))
    return [("what", *systems)] + [(key, *(f"{found[key]:,}" for found in systems.values())) for key in keys]


def record(result):
    with open(PAGE, encoding="ascii") as file:
        text = file.read()
    where = table.markdown(table.wheres(result["where"])) if result["where"] else "Every target is met."
    for name, content in (("compared", table.markdown(table.compared(result))), ("timed", table.markdown(table.timed(result))),
                          ("linux", table.markdown(everything(result, "Linux"))),
                          ("mach", table.markdown(everything(result, "GNU"))), ("whats", whats(result)),
                          ("growth", table.markdown(growth.rows(result["growth"]))),
                          ("latency", table.markdown(table.latencies(result["latency"]))),
                          ("boot", table.markdown(boot.rows(result["boot"]))),
                          ("verity", table.markdown(verity.rows(result["verity"], result["instructions"]))),
                          ("where", where)):
        text = replaced(text, name, content)
    growth.draw(result["growth"], "docs")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    cells = [datetime.date.today().isoformat(), commit]
    cells += [f"{result['instructions'].get(key, 0):,}" for key, *_ in table.ROWS] + [f"{result['bytes']['kernel text']:,}"]
    heads = re.findall(r"^\| date \|.*\|$", text, re.MULTILINE)
    if len(heads) != 1 or heads[0].count("|") != len(cells) + 1:
        raise SystemExit(f"cella: the history of {PAGE} has other columns than this run - name the new ones in its head")
    with open(PAGE, "w", encoding="ascii") as file:
        file.write(text + "| " + " | ".join(cells) + " |\n")

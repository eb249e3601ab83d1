# SPDX-License-Identifier: GPL-3.0-or-later
"""What is compared, what we aim at, and how it is printed. Everything printed comes from `result`, which is build/bench.json:
{"instructions": ours, "bytes": ours, "peers": {NAME: {"recorded": bool, "figures": {KEY: [N, HOW]}, "all": {WHAT: N}, "what":
[LINE]}}, "ticks": {NAME: {KEY: [N, HOW]}}, "growth": {WHAT: [[N, VALUE]]}, "latency": {NAME: N},
"boot": {NAME: N}, "verity": [{"hash": NAME, WHAT: N}], "where": {KEY: [[PLACE, N]]}}."""

# Name in the log, what it is, our target.
ROWS = (
    ("null", "null system call", 60),
    ("call 0 words, same space", "call + reply, 0 words, one space", None),
    ("call 6 words, same space", "call + reply, 6 words, one space", None),
    ("call 0 words", "call + reply, 0 words, two spaces", 230),
    ("call 6 words", "call + reply, 6 words, two spaces", 240),
    ("lend 1 page", "call + reply lending 1 page", 700),
    ("lend 16 pages", "call + reply lending 16 pages", None),
    ("map + unmap", "map + unmap one page", 700),
    ("copy + delete", "capability copy + delete", 600),
    ("fault to handler and back", "fault to handler and back", 600),
    ("seal one page", "seal one page of code, proof of 6 hashes", None),
    ("audit one page", "audit: hash one page again", None),
    ("copy one page", "copy one page", None),
    ("start", "kernel entry to first user instruction", 1_000_000),
)
TEXT_TARGET = 65536
# What tests/bench/where.py calls them.
OPERATIONS = {"null": "null", "call 0 words": "call_0", "call 6 words": "call_6", "lend 1 page": "lend", "map + unmap": "map",
              "copy + delete": "copy", "fault to handler and back": "fault"}
WHERE_ROWS = 12  # functions that are listed for an operation above its target

# Not measured by any command here: recorded in November 2026 in the same emulator, without page-table isolation.
SEL4 = {
    "null": [85, ""],
    "call 0 words": [462, ""],
    "call 6 words": [504, "4 words; 1,706 with 8"],
    "map + unmap": [1416, ""],
    "copy + delete": [1613, ""],
    "fault to handler and back": [1278, ""],
    "start": [1_430_000, ""],
    "kernel text": [75_700, ""],
}


def ratio(theirs, ours):
    times = theirs / ours
    return f"{times:.1f}x" if times < 10 else f"{times:,.0f}x"


def peer_cell(entry, ours):
    """`8,775 (futex) 33x`, or `-`."""
    if not entry or entry[0] is None or not ours:
        return "-"
    number, how = entry
    return f"{number:,}{f' ({how})' if how else ''} {ratio(number, ours)}"


def target_cell(target, ours):
    return "" if target is None else f"{target:,} {'met' if ours is not None and ours <= target else 'missed'}"


def columns(result):
    return {f"{name}, recorded" if peer["recorded"] else name: peer["figures"] for name, peer in result["peers"].items()}


def compared(result):
    """Rows of the table of instructions, head first."""
    peers, count = columns(result), result["instructions"]
    rows = [("executed instructions", "Cella", "target", *peers)]
    for key, what, target in ROWS:
        ours = count.get(key)
        rows.append((what, "not measured" if ours is None else f"{ours:,}", target_cell(target, ours),
                     *(peer_cell(figures.get(key), ours) for figures in peers.values())))
    text = result["bytes"]["kernel text"]
    rows.append(("kernel text, bytes", f"{text:,}", target_cell(TEXT_TARGET, text),
                 *(peer_cell(figures.get("kernel text"), text) for figures in peers.values())))
    return rows


def summary(result):
    """The same for the README: what others have too, and without the machines that differ in one switch alone."""
    shown = {**result, "peers": {name: entry for name, entry in result["peers"].items() if "=" not in name}}
    head, *rows = compared(shown)
    return [head] + [row for row in rows if any(cell != "-" for cell in row[3:])]


def timed(result):
    """Rows of the table of wall-clock ticks, head first: those operations that somebody else has too."""
    ours, *others = result["ticks"].items()
    rows = [("ticks of the host's clock", ours[0], *(name for name, _ in others))]
    for key, what, _ in ROWS:
        entry = ours[1].get(key)
        if key != "start" and entry and any(figures.get(key) for _, figures in others):
            rows.append((what, f"{entry[0]:,}", *(peer_cell(figures.get(key), entry[0]) for _, figures in others)))
    return rows


def missed(count):
    """Operations above their targets."""
    return [key for key, _, target in ROWS if target is not None and key in count and count[key] > target]


def wheres(found):
    """Where the instructions of operations above their targets go."""
    rows = [("operation", "instructions", "in")]
    for key, places in found.items():
        rows += [(key, f"{count:,}", place) for place, count in places[:WHERE_ROWS]]
        rows.append((key, f"{sum(count for _, count in places[WHERE_ROWS:]):,}", "elsewhere"))
        rows.append((key, f"{sum(count for _, count in places):,}", "in all, one round"))
    return rows


def latencies(found):
    head = ("how late a thread wakes while another is at", "executed instructions")
    return [head] + [(name, f"{n:,}") for name, n in found.items()]


def plain(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])

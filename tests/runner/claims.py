# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on each attack of the hostile suite, and the table of claims. Claims are the lines `**C1.** text` of
docs/threat-model.md; attacks are in tests/hostile/attacks.toml."""

import os
import re
import tomllib

from runner.machine import Failed

ATTACKS = "tests/hostile/attacks.toml"
PROOFS = "tests/hostile/proofs.toml"
SCENARIOS = "tests/hostile/scenarios.toml"  # attacks that take a test of their own
SELFTEST = "tests/hostile/selftest.toml"  # what the kernel tries itself, at each boot
SELFTEST_CLAIM = 30
BOOT = os.environ.get("CELLA_BUILD", "build") + "/log/test-boot.txt"  # what tests/system/boot_probe/run said, all of it
THREATS = "docs/threat-model.md"
results = {}  # attack -> what became of it
suffered = None  # why the honest app did not come to its end, if it did not
remains = {}  # boot -> capabilities that the steward has when all attacks are over, without one for each ended cell


def attacks():
    with open(ATTACKS, "rb") as file:
        return tomllib.load(file)["attack"]


def scenarios():
    with open(SCENARIOS, "rb") as file:
        return tomllib.load(file)["attack"]


def selftests():
    with open(SELFTEST, "rb") as file:
        return [{**attack, "claim": SELFTEST_CLAIM} for attack in tomllib.load(file)["attack"]]


def selftest_judge(machine):
    """What the kernel said that held, against what it should say; once wrong is wrong for good."""
    said = re.findall(r"^kernel: (?:provoked and held|read back):(.*)$", machine.text["log"], re.MULTILINE)
    held = " ".join(said).split()
    known = [attack["name"] for attack in selftests()]
    for name in known:
        if name not in held:
            results[name] = "NOT CONTAINED: the kernel did not say that it held"
        results.setdefault(name, "contained")
    if sorted(held) != sorted(known):
        raise Failed(f"the kernel's self-test: {' '.join(sorted(set(held) ^ set(known)))}: not in {SELFTEST}, or not said")


def tested(test, why):
    """A system test has passed (`why` is None) or failed: so did the attacks that it makes."""
    for attack in scenarios():
        if attack["test"] == test:
            results[attack["name"]] = f"NOT CONTAINED: {why}" if why else "contained"


def boot_tested():
    """The verdicts of the loader's tests, which another program runs before."""
    if not os.path.exists(BOOT):
        return
    with open(BOOT) as file:
        for name, why in re.findall(r"^(?:ok|not ok) ([\w-]+)(?:: (.*)| \(\d+ s\))?$", file.read(), re.MULTILINE):
            tested(name, why or None)


def claims():
    with open(THREATS) as file:
        found = re.findall(r"^\*\*C(\d+)\.\*\* (.+?)(?=\n\n|\n\*\*C|\Z)", file.read(), re.MULTILINE | re.DOTALL)
    return {int(number): " ".join(text.split()) for number, text in found}


def lines_of(machine, attack):
    """What the attack said last, and what the steward said of its end; empty if nothing."""
    own = re.findall(rf"^{attack}: (refused|broke out: .*)$", machine.text["log"], re.MULTILINE)
    end = re.findall(rf"^steward: cell {attack} stopped: (.*)$", machine.text["log"], re.MULTILINE)
    return (own or [""])[-1], (end or [""])[-1]


def verdict(machine, attack):
    """None if it was contained as attacks.toml says, otherwise what happened instead."""
    own, end = lines_of(machine, attack["name"])
    if own.startswith("broke out"):
        return own
    if attack["ends"] == "refused":
        return None if own == "refused" and end == "exit with status 0" else f"not refused: {end or 'no end'}"
    if attack["ends"] == "full":
        full = re.search(rf"^{attack['name']}: full: 0x[1-9a-f]", machine.text["log"], re.MULTILINE)
        return None if full and not end else f"not filled: {end or own or 'nothing'}"
    if attack["ends"] == "outlived":
        return None if not own and not end else f"it ended: {end}"
    if re.match(rf"{attack['ends']}( \(|$| at code)", end):
        return None
    return f"another end: {end or own or 'none'}"


def leak_check(machine, boot, ended):
    """The steward keeps one capability for a cell that ended, its memory. What else it has is alike in all boots."""
    if {"outlived", "full"} & {attack["ends"] for attack in attacks() if attack["boot"] == boot}:
        return
    remains[boot] = int(machine.expect("log", r"^witness: slots (\d+)$", start=0).group(1)) - ended
    if len(set(remains.values())) > 1:
        raise Failed(f"capabilities are left over: {remains}")


def await_witness(machine, mine, first):
    """The honest app's end. Where something is to be filled, or the log must say `first`, it begins when it is told."""
    if first:
        machine.expect("log", first, start=0)
    for attack in mine:
        if attack["ends"] == "full":
            machine.expect("log", rf"^{attack['name']}: (full: \S+|broke out: .*)$", start=0)
    if first or "full" in (attack["ends"] for attack in mine):
        machine.send("link", b"go")
    machine.expect("log", r"^witness: end \d+ good, 0 bad$")


def judge(machine, folder, first=None):
    """Wait for the honest app; then every attack of this boot must have been contained."""
    global suffered
    boot = os.path.basename(folder)
    mine = [attack for attack in attacks() if attack["boot"] == boot]
    for attack in mine:
        results[attack["name"]] = "not run to its end"
    witness = None
    try:
        await_witness(machine, mine, first)
    except Failed as why:
        witness = suffered = why
    wrong = []
    for attack in mine:
        others = f"others suffered: {witness}" if witness else None
        why = verdict(machine, attack) or others
        results[attack["name"]] = f"NOT CONTAINED: {why}" if why else "contained"
        if why:
            wrong.append(f"{attack['name']}: {why}")
    if not witness:
        selftest_judge(machine)
        leak_check(machine, boot, len(mine))
    if witness or wrong:
        raise Failed("; ".join(wrong[:3]) if wrong else str(witness))


def proven():
    """Attacks that were seen to succeed with a protection removed: by tests/hostile/prove, or as their `seen` says."""
    with open(PROOFS, "rb") as file:
        seen = {attack for proof in tomllib.load(file)["proof"] for attack in proof["breaks"]}
    return seen | {attack["name"] for attack in scenarios() if "seen" in attack}


def table():
    """Rows of claim, text, attack, result, in the order of the claims."""
    known, seen = claims(), proven()
    for attack in sorted(attacks() + scenarios() + selftests(), key=lambda attack: attack["claim"]):
        result = results.get(attack["name"], "not run")
        if result == "contained" and attack["name"] not in seen:
            result = "contained, unproven"
        yield attack["claim"], known.get(attack["claim"], "?"), attack["does"], result


def write_quotas(path):
    """kind | how it is filled | what the others still do | result, one line for each attack that fills something."""
    with open(path, "w") as file:
        file.write("kind | how it is filled | what the others still do | result\n")
        for attack in attacks():
            if "others" in attack:
                kind, result = attack["name"].partition("_")[2], results.get(attack["name"], "not run")
                file.write(f"{kind} | {attack['does']} | {attack['others']} | {result}\n")


def write(path):
    """claim | attack | result, as the README shows it; beside it quotas.txt."""
    boot_tested()
    write_quotas(os.path.join(os.path.dirname(path), "quotas.txt"))
    rows = list(table())
    contained = sum(row[3].startswith("contained") for row in rows)
    unproven = sum(row[3].endswith("unproven") for row in rows)
    with open(path, "w") as file:
        file.write("claim | attack: a hostile app ... | result\n")
        last = None
        for number, text, does, result in rows:
            if number != last:
                file.write(f"C{number}: {text} | |\n")
            last = number
            file.write(f"C{number} | {does} | {result}\n")
        file.write(f"{len(rows)} attacks, {contained} contained; {unproven} unproven: contained, but not yet seen to succeed with "
                   "the protection removed\n")

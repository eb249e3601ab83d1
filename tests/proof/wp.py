# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of Frama-C's WP plug-in, and what came of it."""

import csv
import dataclasses
import os
import re
import subprocess

PROVERS = "cvc4,z3"
MODEL = "Typed"  # the memory model: docs/proof.md says what it assumes
INCLUDES = ("kernel/core", "kernel/arch", "kernel/arch/x86_64")
environment = dict(os.environ, LC_ALL="C")
build = None  # the folder with the links to the headers of abi/
SMOKE_SECONDS = 1


@dataclasses.dataclass
class Goal:
    name: str
    proved: bool
    seconds: float
    smoke: bool  # a test that nothing absurd was assumed; `proved` is that it passed


@dataclasses.dataclass
class Result:
    log: str
    error: str = None
    goals: dict = dataclasses.field(default_factory=dict)  # function -> goals
    lemmas: dict = dataclasses.field(default_factory=dict)  # name -> proved
    contracts: set = dataclasses.field(default_factory=set)  # functions that promise something
    assumed: dict = dataclasses.field(default_factory=dict)  # function without a body here -> its clauses


def prepare(out, build_folder):
    """WP finds the provers in a file in the home folder: give it a home of its own."""
    global build
    build = build_folder
    os.makedirs(f"{out}/home", exist_ok=True)
    environment["HOME"] = f"{out}/home"
    subprocess.run(["why3", "config", "detect"], env=environment, check=True, capture_output=True)


def seconds(text):
    """The provers' time in a line like `Valid (Qed:19ms) (1.2s) (35597)`."""
    total = 0.0
    for number, unit in re.findall(r"\((?:Qed:)?([0-9.]+)(ms|s)\)", text):
        total += float(number) / (1000 if unit == "ms" else 1)
    return total


def goals_read(text, functions):
    """function -> goals, from what WP prints for each goal, proved or not; lemmas under the name None."""
    goals = {}
    longest_first = sorted(functions, key=len, reverse=True)
    smoke_of = None  # WP names a call's smoke test after the callee, but prints a function's goals together
    for kind, smoke, name, rest in re.findall(
            r"^\[wp\] \[([^\]]+)\] (Goal|Smoke-test) typed_(?:cast_)?(\S+)(.*)$", text, re.MULTILINE):
        lemma = name.startswith("lemma_")
        owner = None if lemma else next((f for f in longest_first if name.startswith(f"{f}_")), smoke_of)
        if "_wp_smoke_dead_call" in name:
            owner = smoke_of
        smoke_of = owner or smoke_of
        if name.startswith("panic_wp_smoke"):
            continue  # behind an assertion that is proved: this call must be dead
        known = goals.setdefault(owner, {})
        if name not in known or not known[name].proved:  # what was not proved at first is tried again
            known[name] = Goal(name, kind != "Failed", seconds(rest), smoke == "Smoke-test")
    return {owner: list(known.values()) for owner, known in goals.items()}


def properties_read(result, path, functions):
    """What is promised, required and assumed, from the table of all properties."""
    with open(path, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name, kind, text = row["function"], row["property kind"], row["property"]
            if row["directory"].startswith("FRAMAC_SHARE"):
                continue
            if kind in ("postcondition", "assigns clause") and name in functions:
                result.contracts.add(name)
            elif kind in ("postcondition", "assigns clause") and row["status"] == "Considered valid":
                result.assumed.setdefault(name, []).append(text)


def run(folder, source, functions, out, limit, smoke=False, clauses=None):
    """Prove `functions` of `source` under `folder`; only those goals, if `clauses` names some. Each prover has `limit` seconds for
    a goal."""
    os.makedirs(out, exist_ok=True)
    result = Result(f"{out}/wp.log")
    includes = [f"-I{folder}/{path}" for path in INCLUDES] + [f"-I{build}/inc/abi", f"-I{build}"]
    command = ["frama-c", f"{folder}/{source}", "-c11", "-machdep", "gcc_x86_64", "-cpp-extra-args=" + " ".join(includes),
               "-wp", "-wp-model", MODEL, "-wp-prover", PROVERS, "-wp-par", "1", "-wp-timeout", str(limit)]
    if clauses is None:
        command += ["-wp-prop=@lemma", "-then"]
    command += ["-wp-rte", "-wp-fct", ",".join(functions), "-wp-prop=" + (",".join(clauses) if clauses else "-@lemma")]
    if smoke:
        command += ["-wp-smoke-tests", "-wp-no-smoke-dead-code", "-wp-smoke-timeout", str(SMOKE_SECONDS)]
    command += ["-then", "-no-wp", "-report-csv", f"{out}/properties.csv"]
    with open(result.log, "w") as log:
        log.write(" ".join(command) + "\n")
        log.flush()
        status = subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT).returncode
    text = open(result.log).read()
    if status != 0:
        errors = re.findall(r"(?:User Error|: error|fatal error).*", text) or [f"it ended with status {status}"]
        result.error = f"frama-c: {errors[0]} - see {result.log}"
        return result
    goals = goals_read(text, functions)
    for goal in goals.pop(None, []):
        result.lemmas[goal.name.removeprefix("lemma_")] = goal.proved
    result.goals = goals
    properties_read(result, f"{out}/properties.csv", functions)
    return result

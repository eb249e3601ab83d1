# SPDX-License-Identifier: GPL-3.0-or-later
from runner import claims


def check(machine, folder):
    machine.expect("log", r"^steward: cell line_after_death stopped: exit with status", start=0)  # of its second life
    machine.send("link", b"go")
    claims.judge(machine, folder)

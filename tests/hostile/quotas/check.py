# SPDX-License-Identifier: GPL-3.0-or-later
from runner import claims


def check(machine, folder):
    claims.wait_full(machine, folder)
    machine.send("link", b"go")
    claims.judge(machine, folder)

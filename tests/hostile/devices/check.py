# SPDX-License-Identifier: GPL-3.0-or-later
from runner import claims


def check(machine, folder):
    claims.judge(machine, folder, r"^steward: cell line_after_death stopped: exit with status")  # of its second life

# SPDX-License-Identifier: GPL-3.0-or-later
from runner import claims


def check(machine, folder):
    claims.judge(machine, folder)

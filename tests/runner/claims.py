# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of claims."""


def write(path):
    pass

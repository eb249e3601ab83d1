#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Rules of the kernel that a compiler does not check.
make -s kernel && exec kernel/test/discipline

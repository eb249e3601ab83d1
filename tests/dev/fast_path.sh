#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The test of the fast path finds every check that fast.S might lack.
make -s kernel-native && exec kernel/test/mutate

# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile apps, and the honest one that looks whether the rest is whole.
$(call test_cell,attacker,$(wildcard tests/hostile/attacker/*.c),,entropy)
$(call test_cell,witness,tests/hostile/witness/main.c,,entropy link reader vault)

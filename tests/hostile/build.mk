# SPDX-License-Identifier: GPL-3.0-or-later
# Hostile apps, and the honest one that looks whether the rest is whole. `filler` and `bystander` are the same programs with
# other manifests.
ATTACKER_SRC := $(wildcard tests/hostile/attacker/*.c)
DRIVERS := driver-ports driver-timer driver-clock
$(foreach c,attacker filler spender sealer $(DRIVERS),$(call test_cell,$(c),$(ATTACKER_SRC),,entropy link reader vault,code))
$(foreach c,witness bystander,$(call test_cell,$(c),$(wildcard tests/hostile/witness/*.c),,entropy link reader vault))
FUZZER_SRC := $(wildcard tests/hostile/fuzzer/*.c) tests/hostile/attacker/bare.c
$(foreach c,fuzzer fuzzer-app,$(call test_cell,$(c),$(FUZZER_SRC),,link))
$(call test_cell,partner,tests/hostile/partner/main.c)
$(call test_cell,usurper,tests/hostile/usurper/main.c,,,sdk code)

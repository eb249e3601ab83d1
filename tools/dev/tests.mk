# SPDX-License-Identifier: GPL-3.0-or-later
# Read after the top Makefile by `./dev test`: the unit tests' names and their programs, without running them; and everything
# that tests/dev/*.sh has made.
unit-names:
	@echo $(UNIT_TESTS)

unit-build: $(UNIT_TESTS:%=$(B)/unit/%)

scripts-build: image sdk kernel kernel-native $(B)/cells/hello.elf $(B)/cells/link.elf $(FUZZ_TRUSTS:%=$(B)/fuzz/%)

.PHONY: unit-names unit-build scripts-build

# SPDX-License-Identifier: GPL-3.0-or-later
# Read after the top Makefile by `./dev test`: the unit tests' names and their programs, without running them.
unit-names:
	@echo $(UNIT_TESTS)

unit-build: $(UNIT_TESTS:%=$(B)/unit/%)

.PHONY: unit-names unit-build

# SPDX-License-Identifier: GPL-3.0-or-later
# The map of the build: toolchain, flags per room, then one build.mk per room. `./dev` is the door to it.
# Everything made goes under $(B). Which -I a room gets is decided here and nowhere else.
B ?= build
.DEFAULT_GOAL := image
.SUFFIXES:
# `make V=1` shows the commands.
$(if $(V),,$(eval .SILENT:))
.DELETE_ON_ERROR:

CC   := clang
LD   := ld.lld
AR   := llvm-ar
HOST := clang

WARN   := -Wall -Wextra -Wconversion -Wshadow -Werror
BASE   := -std=c17 -O2 -g $(WARN) -ffile-prefix-map=$(CURDIR)=. -fdebug-compilation-dir=.
TARGET := --target=x86_64-unknown-none-elf -D__ELF__
# Programs are linked at 0: what debug information says about removed functions must not seem to be there.
LD_DEAD := $(foreach s,addr info line,-z dead-reloc-in-nonalloc=.debug_$(s)=0xffffffffffffffff)

# Link farms: a room sees "abi/x.h", "format/x.h", ... only if it is given that room's -I.
INC_abi    := -I$(B)/inc/abi
INC_format := -I$(B)/inc/format
INC_crypto := -I$(B)/inc/crypto
INC_os     := -I$(B)/inc/os
INC_device := -I$(B)/inc/device
INC_sdk    := -I$(B)/inc/sdk
INC_gen    := -I$(B)
INC_unit   := -I$(B)/inc/tests
INC_LINKS  := $(B)/inc/.made

$(INC_LINKS):
	@mkdir -p $(B)/inc $(B)/gen
	@for room in abi tests; do mkdir -p $(B)/inc/$$room; ln -sfn $(CURDIR)/$$room $(B)/inc/$$room/$$room; done
	@for room in format crypto os device; do mkdir -p $(B)/inc/$$room; ln -sfn $(CURDIR)/lib/$$room $(B)/inc/$$room/$$room; done
	@mkdir -p $(B)/inc/sdk; ln -sfn $(CURDIR)/sdk $(B)/inc/sdk/sdk
	@touch $@

HOST_CFLAGS := $(BASE) -D_GNU_SOURCE -fstack-protector-strong
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
UNIT_CFLAGS := $(BASE) -D_GNU_SOURCE $(SANITIZE) $(INC_unit) $(INC_abi)

# $(call unit_test,NAME,SOURCES,LIBS,FLAGS): a native test program under the sanitizers, run by `make unit`. What several of them
# have in common is compiled once for each set of flags, which is the folder's name.
UNIT_TESTS :=
EMPTY :=
unit_flags  = $(strip $(filter-out -Wl%,$(1)))
unit_object = $(B)/unit/obj/_$(subst =,~,$(subst $(EMPTY) ,^,$(call unit_flags,$(1))))/$(2:.c=.o)
unit_needs  = $(filter-out %.c,$(1)) $(filter $(B)/%,$(1)) $(filter %.a,$(2))

# $(call unit_compile,OBJECT,SOURCE,FLAGS,NEEDS)
define unit_compile
ifndef HAS_$(1)
HAS_$(1) := 1
$(1): $(2) | $(INC_LINKS) $(GEN_HEADERS) $(4)
	@mkdir -p $$(@D)
	$$(HOST) $(UNIT_CFLAGS) -MMD -MP -MF $$@.d $(3) -c -o $$@ $(2)
-include $(1).d
endif
endef

define unit_test
UNIT_TESTS += $(1)
$(foreach s,$(filter %.c,$(2)),$(eval $(call unit_compile,$(call unit_object,$(4),$(s)),$(s),$(call unit_flags,$(4)),$(call unit_needs,$(2),$(3)))))
$(B)/unit/$(1): $(foreach s,$(filter %.c,$(2)),$(call unit_object,$(4),$(s))) $(filter-out %.c,$(2)) $(filter %.a,$(3))
	@mkdir -p $$(@D)
	$$(HOST) $(UNIT_CFLAGS) $(filter -Wl%,$(4)) -o $$@ $(foreach s,$(filter %.c,$(2)),$(call unit_object,$(4),$(s))) $(filter-out %.c,$(2)) $(3)
endef

# In the order of use: libraries from elsewhere, generated code, our own libraries, then the rooms.
include $(wildcard third_party/build.mk tools/build.mk lib/build.mk tools/cella/build.mk kernel/build.mk boot/build.mk)
include $(wildcard services/build.mk drivers/build.mk apps/build.mk sdk/build.mk profiles/build.mk tests/build.mk sdk/kit.mk)

unit: $(UNIT_TESTS:%=$(B)/unit/%)
	@bad=0; for t in $(UNIT_TESTS); do printf '%-28s' "unit $$t"; $(B)/unit/$$t || bad=1; done; exit $$bad

clean:
	rm -rf $(B)

.PHONY: unit clean image

# SPDX-License-Identifier: GPL-3.0-or-later
# One entry for each parser. As unit tests they run a bounded number of inputs from a fresh seed; `make fuzz` links them
# with libFuzzer, to be run at length as build/fuzz/<name> (`./dev soak` does).
FUZZ      :=
FUZZ_LIBS := $(TINYCBOR_LIB_asan) $(CRYPTO_LIBS_asan)

# $(call fuzz_entry,NAME,SOURCES,FLAGS): the sources are compiled with the entry, or libFuzzer would not see which way they
# went.
define fuzz_entry
FUZZ += $(1)
$(call unit_test,fuzz_$(1),tests/fuzz/$(1).c tests/fuzz/driver.c $(2),$(FUZZ_LIBS),$(3))
$(B)/fuzz/$(1): tests/fuzz/$(1).c $(2) $(FUZZ_LIBS) | $(INC_LINKS) $(GEN_HEADERS)
	@mkdir -p $$(@D)
	$$(HOST) $(UNIT_CFLAGS) -fsanitize=fuzzer -MMD -MP -MF $$@.d $(3) -o $$@ tests/fuzz/$(1).c $(2) $(FUZZ_LIBS)
-include $(B)/fuzz/$(1).d
endef

$(foreach f,evidence journal link psbt quote request tx,$(eval $(call fuzz_entry,$(f),$(FORMAT_SRC),$(call FORMAT_INC,asan))))
$(eval $(call fuzz_entry,chain,tests/fuzz/hybrid_stub.c $(FORMAT_CHAIN_SRC),$(INC_format) $(INC_crypto)))
$(eval $(call fuzz_entry,acpi,boot/core/acpi.c,-Iboot $(INC_format)))
$(eval $(call fuzz_entry,bundle,boot/core/image.c $(BUNDLE_SRC),-Iboot $(INC_format) $(INC_crypto)))
$(eval $(call fuzz_entry,package,$(PACKAGE_SRC),$(INC_format) $(INC_crypto)))
$(eval $(call fuzz_entry,elf,tools/cella/elf.c tools/common/complaint.c,-Itools))
$(eval $(call fuzz_entry,plan,$(addprefix tools/cella/,plan.c inspect_plan.c inspect_change.c inspect_svg.c) $(GEN_NAMES_SRC),-Itools -Itools/cella $(INC_gen)))
$(eval $(call fuzz_entry,companion,services/companion/desk.c services/companion/session.c lib/format/link.c,-Iservices $(INC_os) $(INC_format) $(INC_gen)))

fuzz: $(FUZZ:%=$(B)/fuzz/%)
fuzz-names:
	@echo $(FUZZ)
.PHONY: fuzz fuzz-names

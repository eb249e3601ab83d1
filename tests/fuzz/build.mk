# SPDX-License-Identifier: GPL-3.0-or-later
# One libFuzzer program for each parser, $(B)/fuzz/NAME: a file tests/fuzz/NAME.c, a line below, a corpus in
# tests/fuzz/corpus/NAME (tests/fuzz/run --minimise NAME makes it). Every source is compiled once, with the instrumentation that
# shows libFuzzer which way an input went.
FUZZ      :=
FUZZ_OBJS := $(B)/fuzz/obj/tests/fuzz/wipe.o
FUZZ_LIBS := $(TINYCBOR_LIB_asan) $(CRYPTO_LIBS_asan)
FUZZ_INC   = $(call FORMAT_INC,asan) $(INC_gen)
FUZZ_KIND := -fsanitize=fuzzer-no-link
# Here each byte goes through a loop of comparisons. libFuzzer sees the ways through them without being told of each one, which
# would take most of the time.
FUZZ_LOOPS := lib/format/link tools/cella/toml tools/cella/fields tools/common/near services/vault/store services/companion/desk \
              tests/fuzz/companion
$(FUZZ_LOOPS:%=$(B)/fuzz/obj/%.o): FUZZ_KIND += -fno-sanitize-coverage=trace-cmp

# $(B)/fuzz/lines/NAME counts lines (tests/fuzz/run --lines NAME).
FUZZ_LINES := -fprofile-instr-generate -fcoverage-mapping
$(B)/fuzz/lines/obj/%.o: FUZZ_KIND += $(FUZZ_LINES)
define fuzz_objects
$(1)/%.o: %.c | $(INC_LINKS) $(GEN_HEADERS) $(FUZZ_LIBS)
	@mkdir -p $$(@D)
	$(HOST) $(UNIT_CFLAGS) $$(FUZZ_KIND) -MMD -MP -MF $$@.d $$(FUZZ_INC) -c $$< -o $$@
$(1)/%.o: %.cpp
	@mkdir -p $$(@D)
	$(HOSTXX) $(CXX_FLAGS) $(SANITIZE) -fno-sanitize=vptr,function $$(FUZZ_KIND) -MMD -MP -MF $$@.d -c $$< -o $$@
endef
$(foreach folder,$(B)/fuzz/obj $(B)/fuzz/lines/obj,$(eval $(call fuzz_objects,$(folder))))

# The same BLAKE3, four blocks at a time, and the same wiping, by the word: linked before the archive, whose own are then not
# needed.
FUZZ_FAST := $(addprefix $(B)/fuzz/obj/,blake3/ours.o blake3/blake3_sse2.o tests/fuzz/wipe.o)
$(B)/fuzz/obj/blake3/ours.o: tests/fuzz/blake3_sse2.c $(THIRD_SRC)/blake3.sha256
	@mkdir -p $(@D)
	$(THIRD_CC_asan) -I$(THIRD_SRC)/blake3 -c $< -o $@
$(B)/fuzz/obj/blake3/blake3_sse2.o: $(THIRD_SRC)/blake3.sha256
	@mkdir -p $(@D)
	$(THIRD_CC_asan) -I$(THIRD_SRC)/blake3 -c $(THIRD_SRC)/blake3/blake3_sse2.c -o $@

# The library's parser of certificates, so that libFuzzer sees the ways through it; linked before the archive as well.
$(B)/fuzz/obj/wolfssl/asn.o $(B)/fuzz/lines/obj/wolfssl/asn.o: $(THIRD_SRC)/wolfssl.sha256 $(wildcard third_party/wolfssl/*.h third_party/wolfssl/*/*.h)
	@mkdir -p $(@D)
	$(THIRD_CC_asan) $(call WOLFSSL_FLAGS,asan) -fwrapv -fsanitize=fuzzer-no-link -I$(THIRD_SRC)/wolfssl \
	    -c $(THIRD_SRC)/wolfssl/wolfcrypt/src/asn.c -o $@

# $(call fuzz_entry,NAME,SOURCES,FLAGS,LINK): FLAGS are for compiling, LINK for linking.
define fuzz_entry
FUZZ += $(1)
FUZZ_OBJ_$(1) := $(addprefix $(B)/fuzz/obj/,$(addsuffix .o,$(basename tests/fuzz/$(1).c tests/fuzz/seeds.c $(2))))
FUZZ_OBJS += $$(FUZZ_OBJ_$(1))
$$(FUZZ_OBJ_$(1)): FUZZ_INC += $(3)
$(B)/fuzz/$(1): $$(FUZZ_OBJ_$(1)) $(FUZZ_FAST) $(FUZZ_LIBS)
	$$(HOST) $(SANITIZE) -fsanitize=fuzzer -o $$@ $$^ $(4)
$$(FUZZ_OBJ_$(1):$(B)/fuzz/obj/%=$(B)/fuzz/lines/obj/%): FUZZ_INC += $(3)
$(B)/fuzz/lines/$(1): $$(FUZZ_OBJ_$(1):$(B)/fuzz/obj/%=$(B)/fuzz/lines/obj/%) $(FUZZ_FAST) $(FUZZ_LIBS)
	$$(HOST) $(SANITIZE) $(FUZZ_LINES) -fsanitize=fuzzer -o $$@ $$^ $(4)
endef

# The same for a parser behind a signature: here, and in nothing else, trusting.c answers for the signature.
FUZZ_TRUSTING := -Wl,--wrap=hybrid_make,--wrap=hybrid_check,--wrap=sign_check,--wrap=mldsa_check
define fuzz_entry_trusting
FUZZ_TRUSTS += $(1)
$(call fuzz_entry,$(1),tests/fuzz/trusting.c $(2),$(3),$$(FUZZ_TRUSTING) $(4))
endef

$(foreach f,evidence journal link psbt quote request tx,$(eval $(call fuzz_entry,$(f),$(FORMAT_SRC))))
$(eval $(call fuzz_entry,acpi,boot/core/acpi.c,-Iboot))
$(eval $(call fuzz_entry_trusting,chain,$(FORMAT_CHAIN_SRC)))
$(eval $(call fuzz_entry,item,lib/format/item.c))
$(eval $(call fuzz_entry,store,services/vault/store.c,-Iservices))
$(eval $(call fuzz_entry,tpm,$(ATTEST_SRC) $(FORMAT_SRC),-Iservices $(ATTEST_INC) $(INC_os),-Wl$(comma)--wrap=equal_ct))
$(B)/fuzz/tpm $(B)/fuzz/lines/tpm: $(TSS_LIB_asan)
$(eval $(call fuzz_entry,package,$(PACKAGE_SRC),$(INC_unit)))
$(eval $(call fuzz_entry,resources,$(addprefix lib/format/,resources.c resources_find.c file_name.c) $(BUNDLE_SRC),$(INC_unit)))
$(eval $(call fuzz_entry,x509,lib/crypto/x509.c wolfssl/asn.c,$(call CRYPTO_INC,asan),-Wl$(comma)--wrap=wc_CheckCertSigPubKey))
$(eval $(call fuzz_entry,elf,tools/cella/elf.c tools/common/complaint.c,-Itools))
$(eval $(call fuzz_entry,companion,services/companion/desk.c services/companion/session.c lib/format/link.c,-Iservices $(INC_os)))
$(eval $(call fuzz_entry,bundle,boot/core/image.c $(BUNDLE_SRC),-Iboot $(INC_unit)))
$(eval $(call fuzz_entry_trusting,boot,boot/core/verify.c boot/core/counter.c $(BUNDLE_SRC),-Iboot $(INC_unit)))
$(eval $(call fuzz_entry,manifest,tools/cella/toml.cpp $(filter-out %_test.c,$(PROFILE_SRC)),-Itools -Itools/cella $(INC_unit),\
    -lstdc++ -Wl$(comma)--wrap=settings_read$(comma)--wrap=settings_free))
FUZZ_PLAYED := $(addprefix -Wl$(comma)--wrap=,open socket connect close poll send recv getrandom clock_ms)
$(eval $(call fuzz_entry_trusting,answers,$(filter-out tools/cella/main.c,$(CELLA_SRC)) tools/cella/toml.cpp $(GEN_NAMES_SRC) $(FORMAT_SRC),\
    -Itools,-lstdc++ $(FUZZ_PLAYED)))
$(eval $(call fuzz_entry,plan,$(addprefix tools/cella/,plan.c inspect_plan.c inspect_change.c inspect_svg.c) $(GEN_NAMES_SRC),-Itools -Itools/cella))

-include $(sort $(FUZZ_OBJS:%=%.d) $(FUZZ_OBJS:$(B)/fuzz/obj/%=$(B)/fuzz/lines/obj/%.d))

fuzz: $(FUZZ:%=$(B)/fuzz/%)
fuzz-lines: $(FUZZ:%=$(B)/fuzz/lines/%)
fuzz-names:
	@echo $(FUZZ)
fuzz-trusts:
	@echo $(FUZZ_TRUSTS)
.PHONY: fuzz fuzz-lines fuzz-names fuzz-trusts

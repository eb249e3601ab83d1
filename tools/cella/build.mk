# SPDX-License-Identifier: GPL-3.0-or-later
# The host tool. C but for toml.cpp, the shim over toml++; so a C++ compiler links it.
HOSTXX     := clang++
CELLA      := $(B)/host/cella
CELLA_SRC  := $(filter-out %_test.c,$(wildcard tools/cella/*.c)) tools/common/near.c tools/common/complaint.c
CELLA_OBJ  := $(CELLA_SRC:%.c=$(B)/host/%.o) $(B)/host/tools/cella/toml.o $(B)/host/gen/names.o
CELLA_INC  := -Itools $(INC_abi) $(INC_format) $(INC_crypto) $(INC_gen) -isystem $(B)/host/include
CXX_FLAGS  := -std=c++17 -O2 -g -Wall -Wextra -Wshadow -Werror -ffile-prefix-map=$(CURDIR)/= -fdebug-compilation-dir=.

$(B)/host/tools/%.o: tools/%.c $(GEN_NAMES_SRC) | $(INC_LINKS) $(GEN_HEADERS) $(B)/host/include/cbor.h
	@mkdir -p $(@D)
	$(HOST) $(HOST_CFLAGS) $(CELLA_INC) -MMD -MP -MF $@.d -c -o $@ $<
$(B)/host/gen/names.o: $(GEN_NAMES_SRC)
	@mkdir -p $(@D)
	$(HOST) $(HOST_CFLAGS) $(INC_gen) -c -o $@ $<
$(B)/host/tools/cella/toml.o: tools/cella/toml.cpp tools/cella/toml.h
	@mkdir -p $(@D)
	$(HOSTXX) $(CXX_FLAGS) -fstack-protector-strong -c -o $@ $<
-include $(CELLA_OBJ:%=%.d)

$(CELLA): $(CELLA_OBJ) $(FORMAT_LIBS_host) $(CRYPTO_LIBS_host)
	$(HOSTXX) -o $@ $^

cella: $(CELLA)

.PHONY: cella

# Tests of profiles and programs, under the sanitizers (these two would need the C++ compiler to link).
TOML_ASAN := $(B)/asan/libtoml.a
$(TOML_ASAN): tools/cella/toml.cpp tools/cella/toml.h
	@mkdir -p $(@D)
	$(HOSTXX) $(CXX_FLAGS) $(SANITIZE) -fno-sanitize=vptr,function -c -o $(B)/asan/toml.o $<
	@rm -f $@ && $(AR) rcsD $@ $(B)/asan/toml.o
PROFILE_SRC := $(addprefix tools/cella/,profile.c profile_check.c ceiling.c manifest.c fields.c plan.c inspect_plan.c inspect_svg.c) \
               tools/common/near.c tools/common/complaint.c $(GEN_NAMES_SRC)
$(eval $(call unit_test,cella_profile,tools/cella/profile_test.c $(PROFILE_SRC),$(TOML_ASAN) -lstdc++,-Itools $(INC_gen)))
$(eval $(call unit_test,cella_quote,$(addprefix tools/cella/,quote_test.c quote_check.c),$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),\
    -Itools $(INC_format) $(INC_crypto)))
$(eval $(call unit_test,cella_elf,tools/cella/elf_test.c tools/cella/elf.c tools/common/complaint.c,,-Itools))

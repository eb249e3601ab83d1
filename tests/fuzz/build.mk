# SPDX-License-Identifier: GPL-3.0-or-later
# One entry for each parser. As unit tests they run a bounded number of seeded inputs; `make fuzz` links them with
# libFuzzer, to be run at length as build/fuzz/<name>.
FUZZ := evidence link psbt request tx
FUZZ_LIBS := $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan)

$(foreach f,$(FUZZ),$(eval $(call unit_test,fuzz_$(f),tests/fuzz/$(f).c tests/fuzz/driver.c,$(FUZZ_LIBS),$(INC_format) $(INC_crypto))))

# The formats are compiled with the entry, or libFuzzer would not see which way they went.
fuzz: $(FUZZ:%=$(B)/fuzz/%)
$(FUZZ:%=$(B)/fuzz/%): $(B)/fuzz/%: tests/fuzz/%.c $(FORMAT_SRC) $(FUZZ_LIBS) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(HOST) $(UNIT_CFLAGS) -fsanitize=fuzzer $(call FORMAT_INC,asan) -o $@ $< $(FORMAT_SRC) $(TINYCBOR_LIB_asan) $(CRYPTO_LIBS_asan)
.PHONY: fuzz

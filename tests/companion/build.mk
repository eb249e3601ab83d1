# SPDX-License-Identifier: GPL-3.0-or-later
# The host's commands against a played device, in one program.
COMPANION_HOST := $(patsubst %,tools/cella/%.c,anchors base64 device files hex json link_options log log_print log_words options payment \
                  plan predict predict_files predict_firmware predict_pe predict_secure progress quote_check \
                  quote_file report shown signing status transfer verdict verify wallet wallet_sign image_file image_key)
COMPANION_TEST := $(patsubst %,tests/companion/%.c,companion_test command device services signer)
$(eval $(call unit_test,companion,$(COMPANION_TEST) $(COMPANION_HOST) $(WALLET_LINE) $(GEN_NAMES_SRC),\
    $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),-I. -Itools $(INC_format) $(INC_crypto) $(INC_gen)))
$(B)/unit/companion: | $(GEN_HEADERS)
$(eval $(call unit_test,companion_log,$(COMPANION_TEST:%companion_test.c=%log_test.c) $(COMPANION_HOST) $(WALLET_LINE) $(GEN_NAMES_SRC),\
    $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),-I. -Itools $(INC_format) $(INC_crypto) $(INC_gen)))

# The same in front of the system's own reader, vault and prompt.
WHOLE_TEST := $(patsubst %,tests/companion/%.c,whole_test command device)
$(eval $(call unit_test,companion_whole,$(WHOLE_TEST) $(COMPANION_HOST) $(WALLET_LINE) $(CHAIN_SRC),$(CHAIN_LIB),-I. -Itools $(CHAIN_INC)))
$(B)/unit/companion_whole: | $(GEN_HEADERS)

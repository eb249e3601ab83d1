# SPDX-License-Identifier: GPL-3.0-or-later
$(foreach t,chain chain_list chain_refuse register,$(eval $(call unit_test,format_$(t),lib/format/$(t)_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto))))
FORMAT_CHAIN_SRC := $(patsubst %,lib/format/%.c,item register chain_parse chain_verify chain_registers chain_value chain_compare chain_write)

# SPDX-License-Identifier: GPL-3.0-or-later
# lib/format, the Bitcoin part: what its users compile if they do not link FORMAT_LIBS_<variant>, and the tests.
FORMAT_BITCOIN_SRC := $(patsubst %,lib/format/%.c,account address base58 bech32 bip32 child mnemonic psbt psbt_request \
                      psbt_write refusal request review sighash spend tx wordlist)
FORMAT_BITCOIN_TESTS := address bip32 child mnemonic psbt refuse request review sighash spend tx

$(foreach t,$(FORMAT_BITCOIN_TESTS),$(eval $(call unit_test,format_$(t),lib/format/$(t)_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto))))

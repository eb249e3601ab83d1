# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call unit_test,journal,lib/format/journal_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))

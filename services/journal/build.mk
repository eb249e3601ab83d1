# SPDX-License-Identifier: GPL-3.0-or-later
JOURNAL_SRC := $(addprefix services/journal/,journal.c book.c export.c hear.c)
$(eval $(call cell,journal,services/journal/main.c $(JOURNAL_SRC),journal,audit companion entropy steward vault,libc format crypto,))
$(eval $(call unit_test,journal_service,services/journal/journal_test.c $(addprefix services/journal/,book.c export.c hear.c),$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_os) $(INC_format) $(INC_crypto) $(INC_gen)))

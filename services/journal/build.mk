# SPDX-License-Identifier: GPL-3.0-or-later
JOURNAL_SRC := $(addprefix services/journal/,journal.c book.c export.c hear.c)
$(eval $(call cell,journal,services/journal/main.c $(JOURNAL_SRC),journal,audit companion entropy steward vault,libc format crypto,))

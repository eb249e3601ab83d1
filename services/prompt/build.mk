# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,prompt,$(addprefix services/prompt/,main.c answer.c apps.c ask.c grants.c line.c pin.c prompt.c question.c record.c terminal.c vouch.c words.c) $(GEN_NAMES_SRC),,attest console journal steward vault,libc format crypto,))
$(eval $(call unit_test,prompt_line,services/prompt/line.c services/prompt/line_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))

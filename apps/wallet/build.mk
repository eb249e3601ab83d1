# SPDX-License-Identifier: GPL-3.0-or-later
WALLET_LOGIC := $(addprefix apps/wallet/,wallet.c job.c) lib/format/link.c lib/format/companion.c
# The same behind a link, for tests of both together.
WALLET_LINE  := $(WALLET_LOGIC) services/companion/session.c tests/companion/line.c

$(eval $(call unit_test,wallet,$(WALLET_LINE) apps/wallet/wallet_test.c tests/companion/services.c,,-I. $(INC_format) $(INC_gen)))
$(B)/unit/wallet: | $(GEN_HEADERS)

$(eval $(call cell,wallet,apps/wallet/main.c $(WALLET_LOGIC),,companion log reader vault,sdk,))

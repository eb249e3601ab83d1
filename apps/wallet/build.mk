# SPDX-License-Identifier: GPL-3.0-or-later
WALLET_LOGIC := $(addprefix apps/wallet/,wallet.c job.c session.c) lib/format/link.c lib/format/companion.c

$(eval $(call unit_test,wallet,$(WALLET_LOGIC) apps/wallet/wallet_test.c tests/companion/services.c,,$(INC_format) $(INC_gen)))
$(B)/unit/wallet: | $(GEN_HEADERS)

$(eval $(call cell,wallet,apps/wallet/main.c $(WALLET_LOGIC),,link log reader vault,sdk,))

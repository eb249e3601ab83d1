# SPDX-License-Identifier: GPL-3.0-or-later
# Reader, vault and prompt in one process: what the tests of these services link and include.
CHAIN_SRC := $(addprefix tests/chain/,fake.c flash.c payment.c wallet.c) services/reader/reader.c \
             $(addprefix services/vault/,client.c keys.c machine.c own.c sign.c store.c unlock.c vault.c) \
             $(addprefix services/prompt/,answer.c apps.c ask.c grants.c line.c pin.c prompt.c question.c record.c terminal.c vouch.c words.c) \
             $(GEN_NAMES_SRC) lib/os/consent.c lib/os/text.c lib/os/wipe.c $(foreach s,attest console entropy flash journal reader steward vault,$(B)/gen/$(s)_client.c $(B)/gen/$(s)_server.c)
CHAIN_LIB := $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan)
CHAIN_INC := $(INC_format) $(INC_crypto) $(INC_os) $(INC_gen) -Iservices -Itests
$(foreach t,reader vault prompt,$(eval $(call unit_test,$(t),services/$(t)/$(t)_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC))))
$(foreach t,chain vectors,$(eval $(call unit_test,$(t),tests/chain/$(t)_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC))))
$(eval $(call unit_test,vault_model,services/vault/model_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC)))
$(eval $(call unit_test,vault_store,services/vault/store_test.c services/vault/store.c,$(CRYPTO_LIBS_asan),$(INC_crypto) $(INC_abi) -Iservices))
$(eval $(call unit_test,vault_patience,services/vault/patience_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC)))
$(eval $(call unit_test,vault_own,services/vault/own_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC)))
$(eval $(call unit_test,prompt_ask,services/prompt/ask_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC)))
$(eval $(call unit_test,prompt_vouch,services/prompt/vouch_test.c $(CHAIN_SRC),$(CHAIN_LIB),$(CHAIN_INC)))

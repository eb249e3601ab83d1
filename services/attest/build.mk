# SPDX-License-Identifier: GPL-3.0-or-later
ATTEST_SRC := $(addprefix services/attest/,attest.c wire.c keys.c counter.c quote.c session.c seal.c endorse.c)
# The library's headers are not ours to warn about.
ATTEST_INC := $(TSS_INC:-I%=-isystem %) -DTSS2_TCTI_SUPPRESS_POLL_WARNINGS
CELL_LIB_tss = $(TSS_LIB_cell)
$(eval $(call cell,attest,services/attest/main.c $(ATTEST_SRC),attest,companion entropy steward tpm,libc tss format crypto,$(ATTEST_INC)))
$(attest_OBJ): | $(THIRD_SRC)/tpm2-tss.sha256
$(eval $(call unit_test,attest,services/attest/attest_test.c services/attest/swtpm.c tools/cella/base64.c $(ATTEST_SRC),$(TSS_LIB_asan) $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),\
    -Itools $(ATTEST_INC) $(INC_os) $(INC_format) $(INC_crypto) $(INC_gen)))
$(eval $(call unit_test,attest_endorse,services/attest/endorse_test.c services/attest/swtpm.c tools/cella/base64.c $(ATTEST_SRC),\
    $(TSS_LIB_asan) $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),-Itools $(ATTEST_INC) $(INC_os) $(INC_format) $(INC_crypto) $(INC_gen)))
# Its headers are there once it is unpacked.
$(patsubst %.c,$(B)/cells/attest/%.o,services/attest/main.c $(ATTEST_SRC)): | $(THIRD_SRC)/tpm2-tss.sha256
$(eval $(call unit_test,attest_wires,services/attest/wires_test.c services/attest/swtpm.c tools/cella/base64.c $(ATTEST_SRC),$(TSS_LIB_asan) $(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),\
    -Itools $(ATTEST_INC) $(INC_os) $(INC_format) $(INC_crypto) $(INC_gen)))

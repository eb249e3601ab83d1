# SPDX-License-Identifier: GPL-3.0-or-later
TPM_SRC := $(addprefix drivers/tpm/,tpm.c fifo.c crb.c)
$(eval $(call cell,tpm,drivers/tpm/main.c drivers/tpm/bus.c $(TPM_SRC),tpm,cell device,,))
$(eval $(call unit_test,tpm,$(addprefix drivers/tpm/,tpm_test.c fake.c) $(TPM_SRC),,$(INC_os) $(INC_gen)))

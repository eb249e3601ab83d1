# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,entropy,$(addprefix services/entropy/,main.c pool.c health.c hardware.c),entropy,log,libc crypto,))
$(eval $(call unit_test,entropy_health,services/entropy/health_test.c services/entropy/health.c,,))
$(eval $(call unit_test,entropy_pool,$(addprefix services/entropy/,pool_test.c pool.c health.c hardware.c) lib/os/wipe.c,\
    $(CRYPTO_LIBS_asan),$(INC_os) $(INC_crypto) $(INC_gen)))

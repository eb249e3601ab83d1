# SPDX-License-Identifier: GPL-3.0-or-later
# The boot tests' own bundles: a probe kernel that checks what the loader promises and prints it.
MAKE_BUNDLE := $(B)/tests/make_bundle
$(MAKE_BUNDLE): tests/system/boot_probe/make_bundle.c lib/format/bundle_write.c $(BOOT_FORMAT) $(CRYPTO_LIBS_asan) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(HOST) $(HOST_CFLAGS) $(SANITIZE) $(INC_abi) $(INC_format) $(INC_crypto) -MMD -MF $@.d -o $@ \
	    $(filter %.c,$^) $(CRYPTO_LIBS_asan)
-include $(MAKE_BUNDLE).d


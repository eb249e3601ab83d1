# SPDX-License-Identifier: GPL-3.0-or-later
# Reading and writing packages; judging them takes chains too: FORMAT_LIBS_<variant>.
PACKAGE_SRC := $(patsubst %,lib/format/%.c,file_name package package_plan package_write) $(BUNDLE_SRC)
$(eval $(call unit_test,package,lib/format/package_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))
$(eval $(call unit_test,package_judge,lib/format/package_judge_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))
$(eval $(call unit_test,resources,lib/format/resources_test.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))

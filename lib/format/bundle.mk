# SPDX-License-Identifier: GPL-3.0-or-later
BUNDLE_SRC := $(patsubst %,lib/format/%.c,boot_stop bundle bundle_entries bundle_trees bundle_write code_tree code_proof merkle)
$(eval $(call unit_test,merkle,lib/format/merkle.c lib/format/merkle_test.c,$(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))
$(eval $(call unit_test,bundle,$(BUNDLE_SRC) lib/format/bundle_test.c,$(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))
CODE_SRC := lib/format/code_tree.c lib/format/code_proof.c lib/format/merkle.c
$(eval $(call unit_test,code_tree,$(CODE_SRC) lib/format/code_tree_test.c,$(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto)))

# SPDX-License-Identifier: GPL-3.0-or-later
EVIDENCE_SRC := lib/format/evidence.c lib/format/evidence_parse.c
$(eval $(call unit_test,evidence,$(EVIDENCE_SRC) lib/format/evidence_test.c,$(HOST_LIBS),$(INC_format) $(INC_crypto) $(INC_cbor)))

# SPDX-License-Identifier: GPL-3.0-or-later
# lib/format as archives. What to link, before CRYPTO_LIBS_<variant>:
#   FORMAT_LIBS_cell FORMAT_LIBS_host FORMAT_LIBS_asan   (asan is for unit tests)
FORMAT_SRC := $(filter-out %_test.c,$(wildcard lib/format/*.c))
# tinycbor's header is a system header here: its warnings are not ours.
FORMAT_INC  = $(INC_abi) $(INC_crypto) $(INC_format) -isystem $(B)/$(1)/include

FORMAT_OBJ_cell := $(FORMAT_SRC:lib/format/%.c=$(B)/cell/format/%.o)
$(foreach s,$(FORMAT_SRC),$(eval $(call cell_object,$(s:lib/format/%.c=$(B)/cell/format/%.o),$(s),$(call FORMAT_INC,cell))))
$(FORMAT_OBJ_cell): | $(B)/cell/include/cbor.h

define format_native
FORMAT_OBJ_$(1) := $(FORMAT_SRC:lib/format/%.c=$(B)/$(1)/format/%.o)
$$(FORMAT_OBJ_$(1)): $(B)/$(1)/format/%.o: lib/format/%.c | $(INC_LINKS) $(B)/$(1)/include/cbor.h
	@mkdir -p $$(@D)
	$$(HOST) $(2) $(call FORMAT_INC,$(1)) -MMD -MP -MF $$@.d -c $$< -o $$@
-include $$(FORMAT_OBJ_$(1):%=%.d)
endef
$(eval $(call format_native,host,$(HOST_CFLAGS)))
$(eval $(call format_native,asan,$(HOST_CFLAGS) $(SANITIZE)))

define format_archive
FORMAT_LIBS_$(1) := $(B)/$(1)/libformat.a $(TINYCBOR_LIB_$(1))
$(B)/$(1)/libformat.a: $$(FORMAT_OBJ_$(1))
	@rm -f $$@
	$$(AR) rcsD $$@ $$^
endef
$(foreach v,cell host asan,$(eval $(call format_archive,$(v))))
CELL_LIB_format := $(FORMAT_LIBS_cell)
CELL_LIB_crypto := $(CRYPTO_LIBS_cell)

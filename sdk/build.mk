# SPDX-License-Identifier: GPL-3.0-or-later
# What an app's compiler sees: one folder of headers, and nothing of this tree behind it. What an app
# links beyond lib/os: build/cell/libsdk.a.
SDK_GEN    := companion entropy link log reader steward vault
SDK_FORMAT := bytes_le companion link
SDK_INC    := $(B)/sdk/include

$(SDK_READY): sdk/build.mk
	@rm -rf $(SDK_INC) && mkdir -p $(addprefix $(SDK_INC)/,sdk abi gen format)
	@ln -s $(CURDIR)/sdk/cella.h $(SDK_INC)/sdk/
	@ln -s $(addprefix $(CURDIR)/abi/,consent.h errors.def types.h) $(SDK_INC)/abi/
	@ln -s $(SDK_GEN:%=$(abspath $(B))/gen/%.h) $(SDK_INC)/gen/
	@ln -s $(SDK_FORMAT:%=$(CURDIR)/lib/format/%.h) $(SDK_INC)/format/
	@touch $@

CELL_INC += $(INC_sdk)
$(eval $(call cell_object,$(B)/cell/sdk/cella.o,sdk/cella.c,$(CELL_BARE)))
$(eval $(call cell_object,$(B)/cell/sdk/consent.o,sdk/consent.c,$(CELL_BARE)))
$(eval $(call cell_object,$(B)/cell/sdk/resource.o,sdk/resource.c,$(CELL_BARE)))
SDK_OBJ := $(B)/cell/sdk/cella.o $(B)/cell/sdk/consent.o $(B)/cell/sdk/resource.o $(B)/cell/format/resources_find.o
$(B)/cell/libsdk.a: $(SDK_OBJ)
	@rm -f $@
	$(AR) rcsD $@ $^

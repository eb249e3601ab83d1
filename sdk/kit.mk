# SPDX-License-Identifier: GPL-3.0-or-later
# `make sdk`: everything that an app needs which is built outside this tree, in one folder that can be copied. The device in it
# is the one that is built here, for direct boot, with the development key.
KIT       := $(B)/cella-sdk
KIT_STUBS := $(patsubst %,$(B)/cell/stubs/%_client.o,companion link reader steward vault) # entropy and log: lib/os has them
$(foreach s,$(KIT_STUBS),$(eval $(call cell_object,$(s),$(s:$(B)/cell/stubs/%.o=$(B)/gen/%.c),$(CELL_FAST))))
# Apps start with the C library (run_libc), never without.
$(B)/cell/libcella.a: $(KIT_STUBS) $(filter-out %/run_bare.o,$(call OS_OBJ,$(OS_SRC))) $(call OS_OBJ,$(OS_LIBC_SRC)) \
    $(SDK_OBJ) sdk/kit.mk
	@rm -f $@
	$(AR) rcsD $@ $(filter %.o,$^)

KIT_FOLDERS := $(filter-out apps/%,$(call profile_folders,sdk/device.toml))
KIT_CELLS   := $(patsubst %,$(B)/cells/%.elf,$(notdir $(KIT_FOLDERS)))
sdk: $(B)/cell/libcella.a $(B)/cell/entry.o $(CELL_LIBC) $(CELLA) $(KIT_CELLS) $(B)/kernel.elf $(B)/boot/direct.elf $(BUNDLE_KEY) $(SDK_READY)
	@rm -rf $(KIT) && mkdir -p $(KIT)/bin $(KIT)/lib $(KIT)/tools/runner $(KIT)/device/cells $(KIT)/device/root/profiles
	@cp -rL $(SDK_INC) $(KIT)/include && rm $(KIT)/include/.made && cp -r $(MUSL)/include $(KIT)/include/libc
	@cp $(B)/cell/libcella.a $(B)/cell/entry.o $(CELL_LIBC) lib/os/cell.ld lib/os/resources.S $(KIT)/lib/
	@cp $(CELLA) $(KIT)/bin/ && cp -r sdk/app.mk sdk/template docs/apps.md LICENSE $(KIT)/
	@cp sdk/tools/app.py $(KIT)/tools/ && cp $(patsubst %,tests/runner/%.py,debugger image judge machine tamper) $(KIT)/tools/runner/
	@cp sdk/device.toml $(B)/kernel.elf $(B)/boot/direct.elf $(BUNDLE_KEY) $(KIT)/device/ && cp profiles/vault.toml $(KIT)/device/usual.toml && cp $(KIT_CELLS) $(KIT)/device/cells/
	@cp sdk/publishers.toml $(KIT)/device/root/profiles/
	@for folder in $(KIT_FOLDERS); do mkdir -p $(KIT)/device/root/$$folder && cp $$folder/manifest.toml $(KIT)/device/root/$$folder/; done
	@echo "the development kit: $(KIT) ($$(du -sk $(KIT) | cut -f1) KiB)"

.PHONY: sdk

$(eval $(call unit_test,example_watch,$(addprefix examples/apps/watch/,descriptor_test.c descriptor.c),,))
$(eval $(call unit_test,example_draw,$(addprefix examples/apps/draw/,draw_test.c draw.c),,))

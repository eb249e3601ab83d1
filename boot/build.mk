# SPDX-License-Identifier: GPL-3.0-or-later
# The loader: one core under two entries.
#   $(B)/boot/direct.elf   PVH, for qemu -kernel; the bundle is its -initrd
#   $(B)/boot/loader.efi   UEFI, unsigned; ./dev signs it for Secure Boot
# Built in: the hybrid key that signs bundles ($(B)/keys/bundle.pub, 1984 bytes) and the lowest rollback index.
BOOT_ROLLBACK_MIN ?= 1
BOOT_KEY_PUB      ?= $(B)/keys/bundle.pub

BOOT_FORMAT := $(patsubst %,lib/format/%.c,boot_stop bundle bundle_entries code_proof measure merkle)
BOOT_SRC    := $(filter-out %_test.c,$(wildcard boot/core/*.c boot/x86_64/*.c)) $(BOOT_FORMAT)
BOOT_INC    := -Iboot $(INC_abi) $(INC_format) $(INC_crypto) $(INC_gen)
BOOT_BARE   := $(BASE) -ffreestanding -nostdlibinc -isystem third_party/include -mno-red-zone -fstack-protector-strong -mgeneral-regs-only \
               -fno-delete-null-pointer-checks -fno-jump-tables -ffunction-sections -fdata-sections $(BOOT_INC)

$(B)/gen/boot_key.h: $(BOOT_KEY_PUB) boot/build.mk | $(INC_LINKS)
	@test "$$(wc -c <$<)" -eq 1984 || { echo "build: $< is not a hybrid public key (1984 bytes) -" \
	    "move it and bundle.key away and make both with cella image keygen" >&2; exit 1; }
	@{ echo '// Generated from the public key that signs bundles.'; echo '#pragma once'; \
	   echo '#include <stdint.h>'; \
	   echo 'enum { BOOT_ROLLBACK_MIN = $(BOOT_ROLLBACK_MIN) };'; \
	   echo 'static const uint8_t BOOT_KEY[1984] = {'; od -An -v -tx1 $< | sed 's/ / 0x/g; s/\([0-9a-f]\)\( \|$$\)/\1,\2/g'; \
	   echo '};'; } >$@

# --- direct ------------------------------------------------------------------------------------------------
DIRECT_CC  := $(CC) $(TARGET) $(BOOT_BARE) -fno-pic -mcmodel=kernel
DIRECT_SRC := $(BOOT_SRC) boot/direct/main.c
DIRECT_OBJ := $(DIRECT_SRC:%.c=$(B)/boot/elf/%.o) $(B)/boot/elf/boot/x86_64/enter.o $(B)/boot/elf/boot/direct/entry.o

$(B)/boot/elf/%.o: %.c $(B)/gen/boot_key.h | $(INC_LINKS)
	@mkdir -p $(@D)
	$(DIRECT_CC) -MMD -MP -MF $@.d -c $< -o $@

$(B)/boot/elf/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(TARGET) -c $< -o $@

$(B)/boot/direct.elf: $(DIRECT_OBJ) $(CRYPTO_LIBS_boot_elf) boot/direct/link.ld
	$(LD) -static -z noexecstack -z max-page-size=4096 --gc-sections --fatal-warnings -T boot/direct/link.ld -o $@ \
	    $(DIRECT_OBJ) $(CRYPTO_LIBS_boot_elf)
	@llvm-size $@ | awk 'NR == 2 {print "loader, direct: text+rodata " $$1 " bytes, data " $$2}'
-include $(DIRECT_OBJ:%=%.d)

# --- UEFI --------------------------------------------------------------------------------------------------
UEFI_CC  := $(CC) --target=x86_64-unknown-windows $(BOOT_BARE) -fshort-wchar -mno-stack-arg-probe \
            -U_WIN32 -U_WIN64 -U_MSC_VER
UEFI_SRC := $(BOOT_SRC) $(addprefix boot/uefi/,main.c gather.c measure.c)
UEFI_OBJ := $(UEFI_SRC:%.c=$(B)/boot/pe/%.o) $(B)/boot/pe/boot/x86_64/enter.o

$(B)/boot/pe/%.o: %.c $(B)/gen/boot_key.h | $(INC_LINKS)
	@mkdir -p $(@D)
	$(UEFI_CC) -MMD -MP -MF $@.d -c $< -o $@

$(B)/boot/pe/%.o: %.S
	@mkdir -p $(@D)
	$(CC) --target=x86_64-unknown-windows -c $< -o $@

$(B)/boot/loader.efi: $(UEFI_OBJ) $(CRYPTO_LIBS_boot_pe)
	lld-link /nologo /subsystem:efi_application /entry:efi_main /nodefaultlib /timestamp:0 /opt:ref \
	    /out:$@ $(UEFI_OBJ) $(CRYPTO_LIBS_boot_pe)
	@wc -c <$@ | awk '{print "loader, UEFI: " $$1 " bytes"}'
-include $(UEFI_OBJ:%=%.d)

# The name under which firmware looks for it.
$(B)/boot/BOOTX64.EFI: $(B)/boot/loader.efi
	@cp $< $@

# --- native tests ------------------------------------------------------------------------------------------
comma := ,
BOOT_TEST_INC := -Iboot $(INC_format) $(INC_crypto)
boot_test = $(eval $(call unit_test,boot_$(1),$(2) $(BUNDLE_SRC),$(CRYPTO_LIBS_asan),$(BOOT_TEST_INC)))
$(call boot_test,verify,boot/core/verify.c boot/core/counter.c boot/core/verify_test.c)
$(eval $(call unit_test,boot_decision,boot/core/verify.c boot/core/counter.c boot/core/decision_test.c $(BUNDLE_SRC),$(CRYPTO_LIBS_asan),\
    $(BOOT_TEST_INC) -Wl$(comma)--wrap=sign_check$(comma)--wrap=mldsa_check))
$(call boot_test,ranges,boot/core/ranges.c boot/core/info.c boot/core/ranges_test.c)
$(call boot_test,place,boot/core/place.c boot/core/ranges.c boot/core/seed.c boot/core/place_test.c)
$(call boot_test,image,boot/core/image.c boot/core/image_test.c)
$(call boot_test,acpi,boot/core/acpi.c boot/core/acpi_test.c)
$(call boot_test,counter,boot/core/counter.c boot/core/counter_test.c)
$(call boot_test,event_log,boot/core/event_log.c boot/core/event_log_test.c)
$(call boot_test,tables,boot/x86_64/tables.c boot/core/ranges.c boot/x86_64/tables_test.c)

include tests/system/boot_probe/build.mk

boot: $(B)/boot/direct.elf $(B)/boot/BOOTX64.EFI
.PHONY: boot

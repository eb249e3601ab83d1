# SPDX-License-Identifier: GPL-3.0-or-later
# The boot tests' own bundles: a probe kernel that checks what the loader promises and prints it.
MAKE_BUNDLE := $(B)/tests/make_bundle
$(MAKE_BUNDLE): tests/system/boot_probe/make_bundle.c tools/cella/elf.c tools/common/complaint.c $(BUNDLE_SRC) $(CRYPTO_LIBS_asan) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(HOST) $(HOST_CFLAGS) $(SANITIZE) -Itools $(INC_abi) $(INC_format) $(INC_crypto) -MMD -MP -MF $@.d -o $@ \
	    $(filter %.c,$^) $(CRYPTO_LIBS_asan)
-include $(MAKE_BUNDLE).d

PROBE        := $(B)/tests/boot_probe
PROBE_CFLAGS := $(BASE) $(TARGET) -ffreestanding -fpie -fvisibility=hidden -mgeneral-regs-only -mno-red-zone \
                -fno-jump-tables $(INC_abi) -Iboot
$(PROBE)/probe.elf: tests/system/boot_probe/probe.c tests/system/boot_probe/probe.ld boot/x86_64/cpu.h | $(INC_LINKS)
	@mkdir -p $(@D)
	$(CC) $(PROBE_CFLAGS) -c $< -o $(@:.elf=.o)
	$(LD) -pie --no-dynamic-linker -z text -z noexecstack -z max-page-size=4096 -z rodynamic \
	    -T tests/system/boot_probe/probe.ld -o $@ $(@:.elf=.o)

# Index 1 is the lowest that the loader takes, index 0 is validly signed and too old; the stranger's key is nobody's.
probe_bundle = ASAN_OPTIONS=detect_leaks=0 $(MAKE_BUNDLE)
$(PROBE)/.made: tests/system/boot_probe/build.mk $(PROBE)/probe.elf $(MAKE_BUNDLE) $(B)/keys/bundle.pub
	$(probe_bundle) keygen $(PROBE)/stranger.key $(PROBE)/stranger.pub
	$(probe_bundle) $(B)/keys/bundle.key $(PROBE)/direct.bundle 1 direct $(PROBE)/probe.elf
	$(probe_bundle) $(B)/keys/bundle.key $(PROBE)/uefi.bundle 1 uefi $(PROBE)/probe.elf
	$(probe_bundle) $(B)/keys/bundle.key $(PROBE)/new-uefi.bundle 2 uefi $(PROBE)/probe.elf
	$(probe_bundle) $(B)/keys/bundle.key $(PROBE)/old-direct.bundle 0 direct $(PROBE)/probe.elf
	$(probe_bundle) $(B)/keys/bundle.key $(PROBE)/old-uefi.bundle 0 uefi $(PROBE)/probe.elf
	$(probe_bundle) $(PROBE)/stranger.key $(PROBE)/stranger-direct.bundle 1 direct $(PROBE)/probe.elf
	@touch $@

boot-probe: $(PROBE)/.made boot
.PHONY: boot-probe

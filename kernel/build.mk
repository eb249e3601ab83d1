# SPDX-License-Identifier: GPL-3.0-or-later
# The kernel: portable core, one folder for the machine. `make kernel` prints its counts.
KERNEL_ARCH   := x86_64
KERNEL_SRC    := $(wildcard kernel/core/*.c kernel/arch/$(KERNEL_ARCH)/*.c)
KERNEL_SRC    := $(filter-out %_test.c %/offset.c,$(KERNEL_SRC))
KERNEL_ASM    := $(wildcard kernel/arch/$(KERNEL_ARCH)/*.S)
KERNEL_BLAKE3 := $(B)/kernel/blake3_portable.o
KERNEL_OBJ    := $(KERNEL_SRC:%.c=$(B)/%.o) $(KERNEL_ASM:%.S=$(B)/%.o) $(KERNEL_BLAKE3)
KERNEL_INC    := -Ikernel/core -Ikernel/arch -Ikernel/arch/$(KERNEL_ARCH) $(INC_abi) $(INC_gen)
KERNEL_CFLAGS := $(BASE) $(TARGET) -ffreestanding -fpie -fvisibility=hidden -mgeneral-regs-only -mno-red-zone \
                 -fno-jump-tables -fstack-protector-strong -mstack-protector-guard=global \
                 -fomit-frame-pointer -flto $(KERNEL_INC)

$(B)/kernel/%.o: kernel/%.c $(GEN_HEADERS) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<

# What runs once, or mostly hashes, is compiled for size.
KERNEL_SMALL  := $(patsubst %,core/%,audit boot denial hash seal) $(patsubst %,arch/$(KERNEL_ARCH)/%,apic clock cpu selftest serial)
$(KERNEL_SMALL:%=$(B)/kernel/%.o): KERNEL_CFLAGS += -Oz

# The compression function alone is linked.
$(KERNEL_BLAKE3): $(THIRD_SRC)/blake3.sha256
	@mkdir -p $(@D)
	$(CC) $(TARGET) $(THIRD_BASE) $(THIRD_BARE) -fpie -fvisibility=hidden -mgeneral-regs-only -fomit-frame-pointer $(BLAKE3_FLAGS) \
	    -c $(THIRD_SRC)/blake3/blake3_portable.c -o $@

# The numbers that the assembly files need come from the compiler.
$(B)/kernel/offset.h: kernel/arch/$(KERNEL_ARCH)/offset.c $(wildcard kernel/core/*.h) $(GEN_HEADERS) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -fno-lto -S -o - $< | sed -n 's/^.*@@ \([A-Z0-9_]*\) \$$*\([0-9]*\).*$$/#define \1 \2/p' >$@
	@test -s $@

KERNEL_ASFLAGS := -g -fdebug-compilation-dir=. -include $(B)/kernel/offset.h

$(B)/kernel/%.o: kernel/%.S $(B)/kernel/offset.h kernel/arch/$(KERNEL_ARCH)/door.inc
	@mkdir -p $(@D)
	$(CC) $(TARGET) $(KERNEL_ASFLAGS) -Ikernel/arch/$(KERNEL_ARCH) -c -o $@ $<

$(B)/kernel.elf: $(KERNEL_OBJ) kernel/arch/$(KERNEL_ARCH)/kernel.ld
	$(LD) -pie --no-dynamic-linker -z text -z noexecstack -z max-page-size=4096 -z rodynamic --gc-sections $(LD_DEAD) -T kernel/arch/$(KERNEL_ARCH)/kernel.ld -o $@ $(KERNEL_OBJ)
	@llvm-size $@ | awk 'NR == 2 {print "kernel: text+rodata " $$1 " bytes, data " $$2 ", bss " $$3}'
	@kernel/test/count

kernel: $(B)/kernel.elf
-include $(KERNEL_SRC:%.c=$(B)/%.d)
.PHONY: kernel kernel-native

# The same code on the host, under the sanitizers.
KERNEL_HOST_SRC := $(wildcard kernel/core/*.c kernel/arch/host/*.c)
KERNEL_HOST_SRC := $(filter-out %_test.c,$(KERNEL_HOST_SRC))
KERNEL_HOST_LIB := $(B)/asan/third_party/blake3/blake3_portable.o
KERNEL_HOST_SRC += $(KERNEL_HOST_LIB)
KERNEL_HOST_INC := -Ikernel/core -Ikernel/arch -Ikernel/arch/host $(INC_abi) $(INC_gen)
$(eval $(call unit_test,kernel_cap,kernel/core/cap_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))
$(eval $(call unit_test,kernel_revoke,kernel/core/revoke_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))
$(eval $(call unit_test,kernel_endpoint,kernel/core/endpoint_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))
$(eval $(call unit_test,kernel_lease,kernel/core/lease_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))
$(eval $(call unit_test,kernel_device,kernel/core/device_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))
$(eval $(call unit_test,kernel_seal,kernel/core/seal_test.c $(CODE_SRC) $(KERNEL_HOST_SRC),$(CRYPTO_LIBS_asan),$(KERNEL_HOST_INC) $(INC_format) $(INC_crypto)))
$(eval $(call unit_test,kernel_audit,kernel/core/audit_test.c $(CODE_SRC) $(KERNEL_HOST_SRC),$(CRYPTO_LIBS_asan),$(KERNEL_HOST_INC) $(INC_format) $(INC_crypto)))
$(eval $(call unit_test,kernel_lease_soak,kernel/core/lease_soak_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC) $(INC_unit)))
$(eval $(call unit_test,kernel_budget,kernel/core/budget_test.c $(KERNEL_HOST_SRC),,$(KERNEL_HOST_INC)))

# fast.S in a process: against the C path, and as the way into the kernel for random system calls.
KERNEL_FAST := $(B)/kernel/arch/host/fast.o $(B)/kernel/arch/host/enter.o
$(B)/kernel/arch/host/fast.o: kernel/arch/$(KERNEL_ARCH)/fast.S
$(B)/kernel/arch/host/enter.o: kernel/arch/host/enter.S
$(KERNEL_FAST): kernel/arch/host/door.inc kernel/arch/host/machine.inc $(B)/kernel/offset.h
	@mkdir -p $(@D)
	$(HOST) $(KERNEL_ASFLAGS) -Ikernel/arch/host -c -o $@ $(filter %.S,$^)

KERNEL_FUZZ_SRC := kernel/core/fuzz_test.c $(wildcard kernel/test/check*.c) $(KERNEL_HOST_SRC)
$(eval $(call unit_test,kernel_fuzz,$(KERNEL_FUZZ_SRC) $(KERNEL_FAST),,$(KERNEL_HOST_INC)))
KERNEL_FAST_SRC := kernel/core/fast_test.c kernel/test/fast_state.c kernel/test/fast_world.c $(KERNEL_HOST_SRC)
$(eval $(call unit_test,kernel_fast,$(KERNEL_FAST_SRC) $(KERNEL_FAST),,$(KERNEL_HOST_INC)))

# The long counts run without the sanitizers, which the short ones have. $(call kernel_native,NAME,SOURCES,OBJECTS): all but
# OBJECTS is one object, so that kernel/test/mutate can put others in their place.
define kernel_native
$(B)/native/$(1).o: $(subst $(B)/asan/,$(B)/host/,$(2)) $(wildcard kernel/*/*.h kernel/arch/host/*) $(GEN_HEADERS) | $(INC_LINKS)
	@mkdir -p $$(@D)
	$$(HOST) $(BASE) -D_GNU_SOURCE $(INC_unit) $(KERNEL_HOST_INC) -nostdlib -r -o $$@ $(subst $(B)/asan/,$(B)/host/,$(2))
$(B)/native/$(1): $(B)/native/$(1).o $(3)
	$$(HOST) -o $$@ $$^
kernel-native: $(B)/native/$(1)
endef
$(eval $(call kernel_native,kernel_fast,$(KERNEL_FAST_SRC),$(KERNEL_FAST)))
$(eval $(call kernel_native,kernel_fuzz,$(KERNEL_FUZZ_SRC),$(KERNEL_FAST)))

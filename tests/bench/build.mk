# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,bench,$(addprefix tests/bench/bench/,main.c child.c seal.c) tests/cells/thread.c,,cell frame steward thread untyped,probe code,$(INC_unit)))
$(eval $(call cell,growth,tests/bench/growth/main.c tests/bench/bench/child.c tests/cells/thread.c,,cell frame steward thread untyped,probe code,$(INC_unit)))

# The programs that measure others: no library, so that their stubs are as thin as ours.
BENCH_CC := $(HOST) $(BASE) -ffreestanding -fno-stack-protector -fno-pie -mno-red-zone -mgeneral-regs-only -nostdlib -static

$(B)/bench/linux-init: $(addprefix tests/bench/linux/,init.c start.S kernel.h say.h)
	@mkdir -p $(@D)
	$(BENCH_CC) -o $@ $(filter %.c %.S,$^)

$(B)/bench/linux-verity: $(addprefix tests/bench/linux/,verity.c start.S kernel.h say.h)
	@mkdir -p $(@D)
	$(BENCH_CC) -o $@ $(filter %.c %.S,$^)

$(B)/bench/mach-bootstrap: $(addprefix tests/bench/mach/,bootstrap.c start.S kernel.h)
	@mkdir -p $(@D)
	$(BENCH_CC) -o $@ $(filter %.c %.S,$^)

$(B)/bench/firmware: tests/bench/firmware/start.S
	@mkdir -p $(@D)
	$(CC) --target=i386-unknown-none-elf -c -o $@.o $<
	$(LD) -m elf_i386 -Ttext=0x100000 -o $@ $@.o
$(eval $(call cell,latency,tests/bench/latency/main.c tests/cells/thread.c,,audit cell frame steward thread untyped,probe code,$(INC_unit)))
$(eval $(call cell,audit,tests/bench/audit/main.c,,audit,probe,$(INC_unit)))

# What verification costs: the direct loader as it is and without its checks, and a kernel that says when it was started.
$(B)/bench/clock.elf: tests/bench/boot/clock.c tests/system/boot_probe/probe.ld boot/x86_64/cpu.h | $(INC_LINKS)
	@mkdir -p $(@D)
	$(CC) $(PROBE_CFLAGS) -c $< -o $(@:.elf=.o)
	$(LD) -pie --no-dynamic-linker -z text -z noexecstack -z max-page-size=4096 -z rodynamic \
	    -T tests/system/boot_probe/probe.ld -o $@ $(@:.elf=.o)

BENCH_UNVERIFIED := $(filter-out %/boot/core/verify.o,$(DIRECT_OBJ)) $(B)/boot/elf/tests/bench/boot/unverified.o
$(B)/bench/direct-unverified.elf: $(BENCH_UNVERIFIED) $(CRYPTO_LIBS_boot_elf) boot/direct/link.ld
	@mkdir -p $(@D)
	$(LD) -static -z noexecstack -z max-page-size=4096 --gc-sections --fatal-warnings -T boot/direct/link.ld -o $@ \
	    $(BENCH_UNVERIFIED) $(CRYPTO_LIBS_boot_elf)

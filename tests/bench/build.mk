# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,bench,$(addprefix tests/bench/bench/,main.c child.c seal.c) tests/cells/thread.c,,cell frame steward thread untyped,probe code,$(INC_unit)))
$(eval $(call cell,growth,tests/bench/growth/main.c tests/bench/bench/child.c tests/cells/thread.c,,cell frame steward thread untyped,probe code,$(INC_unit)))

# The programs that measure others: no library, so that their stubs are as thin as ours.
BENCH_CC := $(HOST) $(BASE) -ffreestanding -fno-stack-protector -fno-pie -mno-red-zone -mgeneral-regs-only -nostdlib -static

$(B)/bench/linux-init: $(addprefix tests/bench/linux/,init.c start.S kernel.h)
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

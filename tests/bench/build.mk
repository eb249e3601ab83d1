# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,bench,tests/bench/bench/main.c tests/bench/bench/child.c tests/cells/thread.c,,cell frame steward thread untyped,probe,$(INC_unit)))
$(eval $(call cell,latency,tests/bench/latency/main.c tests/cells/thread.c,,cell frame steward thread untyped,probe,$(INC_unit)))

# The program that measures Linux: no library, so that its stubs are as thin as ours.
$(B)/bench/linux-init: tests/bench/linux/init.c tests/bench/linux/start.S tests/bench/linux/kernel.h
	@mkdir -p $(@D)
	$(HOST) $(BASE) -ffreestanding -fno-stack-protector -fno-pie -nostdlib -static -o $@ $(filter %.c %.S,$^)

# SPDX-License-Identifier: GPL-3.0-or-later
# How an app is built with this folder alone. A project's Makefile sets NAME, and perhaps SOURCES, and includes this:
#     NAME := hello
#     include $(CELLA_SDK)/app.mk
CC  ?= clang
ifeq ($(origin CC),default)
CC := clang
endif
LD_CELL := ld.lld
SOURCES ?= $(wildcard *.c)
# Like the cells of the system: position-independent, no paths of this machine in the result.
CELLA_CFLAGS := --target=x86_64-unknown-none-elf -D__ELF__ -std=c17 -Os -g -Wall -Wextra -ffreestanding -fPIE \
    -fvisibility=hidden -fno-builtin-printf -fstack-protector-strong -fomit-frame-pointer -ffunction-sections -fdata-sections \
    -fno-asynchronous-unwind-tables -D_GNU_SOURCE -nostdlibinc -isystem $(CELLA_SDK)/include/libc -I$(CELLA_SDK)/include \
    '-ffile-prefix-map=$(CURDIR)=.' -ffile-prefix-map=$(CELLA_SDK)=sdk
CELLA_LDFLAGS := -pie --no-dynamic-linker -z text -T $(CELLA_SDK)/lib/cell.ld --gc-sections -z noexecstack -z max-page-size=4096 \
    --build-id=none --orphan-handling=error
OBJECTS := $(SOURCES:%.c=build/%.o) build/resources-block.o

build/$(NAME).elf: $(OBJECTS) $(CELLA_SDK)/lib/libcella.a
	@$(LD_CELL) $(CELLA_LDFLAGS) -o $@ $(OBJECTS) $(CELLA_SDK)/lib/entry.o --start-group $(CELLA_SDK)/lib/libcella.a \
	    $(CELLA_SDK)/lib/libc.a --end-group
	@echo "$@"

build/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(CELLA_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(OBJECTS:.o=.d)

# The files of resources/, as constants of the program. Looked at each time: that one is gone, no date says.
build/resources.block: resources-looked-at
	@mkdir -p $(@D)
	@$(CELLA_SDK)/bin/cella app resources . -o $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
build/resources-block.o: build/resources.block $(CELLA_SDK)/lib/resources.S
	@$(CC) --target=x86_64-unknown-none-elf -c '-DRESOURCES="$<"' -o $@ $(CELLA_SDK)/lib/resources.S

clean:
	rm -rf build
.PHONY: clean resources-looked-at

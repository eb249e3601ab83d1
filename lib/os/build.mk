# SPDX-License-Identifier: GPL-3.0-or-later
# How a cell is built, and the library that every cell starts with.
CELL_LIBC   := $(MUSL_LIB)
CELL_CFLAGS := $(TARGET) $(BASE) -Os -fomit-frame-pointer -D_GNU_SOURCE -ffreestanding -fPIE -fvisibility=hidden -fno-builtin-printf -fstack-protector-strong \
               -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables $(MUSL_INC)
CELL_LDFLAGS := -pie --no-dynamic-linker -z text -T lib/os/cell.ld --gc-sections -z noexecstack -z max-page-size=4096 \
                --build-id=none --orphan-handling=error $(LD_DEAD)
# A cell without a C library of its own keeps off the vector registers: its thread has no such state.
CELL_BARE   := -mgeneral-regs-only
# Calls are what a cell does most: speed counts for lib/os and the stubs.
CELL_FAST   := $(CELL_BARE) -O2
CELL_INC    := $(INC_abi) $(INC_os) $(INC_device) $(INC_format) $(INC_crypto) $(INC_gen)
APP_INC     := -I$(B)/sdk/include
SDK_READY   := $(B)/sdk/include/.made
CELLS       :=

# $(call cell_object,OBJECT,SOURCE,FLAGS): apps see the SDK and nothing else.
define cell_object
$(1): $(2) $(CELL_LIBC) $(GEN_HEADERS) | $(INC_LINKS) $(SDK_READY)
	@mkdir -p $$(@D)
	$$(CC) $$(CELL_CFLAGS) $(if $(filter apps/%,$(2)),$$(APP_INC),$$(CELL_INC)) $(3) -MMD -MP -c -o $$@ $(2)
-include $(basename $(1)).d
endef

# $(call cell,NAME,SOURCES,SERVER_IDL,CLIENT_IDLS,LIBS,FLAGS): a program, build/cells/NAME.elf. It can
# call the services named in CLIENT_IDLS only, for no other stubs are linked. LIBS: `libc` starts musl;
# any other word is the archive $(CELL_LIB_word), by default build/cell/libword.a.
define cell
CELLS += $(1)
$(1)_GEN := $(3:%=$(B)/gen/%_server.c) $(4:%=$(B)/gen/%_client.c)
$(1)_OBJ := $(patsubst %,$(B)/cells/$(1)/%.o,$(basename $(2) $(notdir $(3:%=%_server) $(4:%=%_client))))
$(foreach s,$(2),$(eval $(call cell_object,$(B)/cells/$(1)/$(basename $(s)).o,$(s),$(if $(filter libc,$(5)),,$(CELL_BARE)) $(6))))
$(foreach s,$(3:%=%_server) $(4:%=%_client),$(eval $(call cell_object,$(B)/cells/$(1)/$(s).o,$(B)/gen/$(s).c,$(CELL_FAST))))
$(B)/cells/$(1).elf: $$($(1)_OBJ) $(B)/cell/entry.o $(if $(filter libc,$(5)),$(OS_LIBC_LIB)) $(OS_LIB) $(call cell_libs,$(5)) $(CELL_LIBC) lib/os/cell.ld
	@$$(LD) $$(CELL_LDFLAGS) -o $$@ $$(filter %.o %.a,$$^)
	$(if $(filter libc,$(5)),,@! llvm-objdump -d $$@ | grep -m1 '%[xyz]mm' || { echo "cell $(1): vector code without libc"; exit 1; })
	@llvm-size $$@ | awk 'NR == 2 { printf "cell %-12s code %7d  data %6d  zero %7d\n", "$(1)", $$$$1, $$$$2, $$$$3 }'
endef
# $(call cell_resources,NAME,FOLDER): the files of FOLDER/resources in the program build/cells/NAME.elf (sdk/app.mk).
define cell_resources
$(B)/cells/$(1)/resources.block: $$(shell find $(2)/resources -type f) $$(CELLA)
	@mkdir -p $$(@D)
	@$$(CELLA) app resources $(2) -o $$@
$(B)/cells/$(1)/resources.o: $(B)/cells/$(1)/resources.block lib/os/resources.S
	$$(CC) $$(TARGET) -c '-DRESOURCES="$$<"' -o $$@ lib/os/resources.S
$(B)/cells/$(1).elf: $(B)/cells/$(1)/resources.o
endef
CELL_LIB_crypto = $(CRYPTO_LIBS_cell)
CELL_LIB_cbor   = $(TINYCBOR_LIB_cell)
cell_libs = $(foreach l,$(filter-out libc,$(1)),$(or $(CELL_LIB_$(l)),$(B)/cell/lib$(l).a))

OS_LIB      := $(B)/cell/libos.a
OS_LIBC_LIB := $(B)/cell/liboslibc.a
OS_SRC      := $(addprefix lib/os/,begin.c consent.c error.c guard.c heap.c ipc.c panic.c random.c random_cpu.c run_bare.c say.c serve.c syscall.c text.c wipe.c) \
               $(B)/gen/log_client.c
OS_LIBC_SRC := $(addprefix lib/os/,libc.c run_libc.c stream.c) $(B)/gen/entropy_client.c
OS_OBJ       = $(patsubst %,$(B)/cell/os/%.o,$(notdir $(basename $(1))))

$(foreach s,$(OS_SRC) $(OS_LIBC_SRC),$(eval $(call cell_object,$(call OS_OBJ,$(s)),$(s),$(CELL_FAST))))
$(eval $(call cell_object,$(B)/cell/entry.o,lib/os/entry.S,))

$(OS_LIB): $(call OS_OBJ,$(OS_SRC))
$(OS_LIBC_LIB): $(call OS_OBJ,$(OS_LIBC_SRC))
$(OS_LIB) $(OS_LIBC_LIB):
	@rm -f $@
	$(AR) rcsD $@ $^

$(eval $(call unit_test,os_heap,lib/os/heap_test.c lib/os/heap.c lib/os/wipe.c,,$(INC_os)))
$(eval $(call unit_test,os_text,lib/os/text_test.c lib/os/text.c,,$(INC_os)))
$(eval $(call unit_test,os_random,lib/os/random_test.c lib/os/random.c,,$(INC_os)))
$(eval $(call unit_test,os_serve,lib/os/serve_test.c lib/os/serve.c,,$(INC_os)))
$(eval $(call unit_test,os_libc,lib/os/libc_test.c lib/os/libc.c lib/os/heap.c lib/os/stream.c lib/os/wipe.c,,$(INC_os) $(INC_gen)))

# SPDX-License-Identifier: GPL-3.0-or-later
# The libraries of others, fetched by pinned hash (third_party/lock) and compiled once per variant:
#   cell   $(TARGET), against musl            host  this machine            asan  this machine, sanitizers on
#   boot_pe, boot_elf  the loader's two entries: no libc, no red zone, Ed25519 and ML-DSA verification and BLAKE3 only.
#          Whoever links them supplies memcpy, memmove, memset and memcmp, which third_party/include declares, and what the
#          stack protector calls (boot/x86_64/guard.c).
# For other rooms:
#   MUSL_INC, MUSL_LIB        headers and libc.a for cells; lib/os supplies `long __os_syscall(long n, ...)`
#   THIRD_INC_<variant>, TINYCBOR_LIB_<variant>   <cbor.h> and its archive; order-depend on the archive
#   TSS_INC, TSS_LIB_<cell|asan>   <tss2_sys.h> and its archive
#   THIRD_OBJ_<variant>_<name>   objects; lib/crypto puts those of wolfssl, blake3 and secp256k1 into its one archive
#   THIRD_SRC                 the unpacked sources; `make fetch` brings them all
FETCH      := CELLA_BUILD=$(B) third_party/fetch
THIRD_SRC  := $(B)/third_party/src
THIRD_MAPS := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(B)/third_party/src=third_party

# One stamp per library; a changed lock fetches what changed.
$(THIRD_SRC)/%.sha256: third_party/lock
	@$(FETCH) $*
	@touch $@
.PRECIOUS: $(THIRD_SRC)/%.sha256

fetch: $(foreach name,musl wolfssl blake3 secp256k1 tinycbor argon2 tpm2-tss virt-firmware,$(THIRD_SRC)/$(name).sha256)

# --- musl, for cells ---------------------------------------------------------------------------------------
MUSL     := $(B)/cell/musl
MUSL_INC := -nostdlibinc -isystem $(MUSL)/include
MUSL_LIB := $(MUSL)/lib/libc.a
MUSL_OUR := arch/x86_64/syscall_arch.h src/thread/x86_64/syscall_cp.c src/thread/x86_64/__set_thread_area.c
MUSL_NOT := $(patsubst %,src/thread/x86_64/%.s,syscall_cp __set_thread_area clone __unmapself) \
            src/process/x86_64/vfork.s src/signal/x86_64/restore.s
MUSL_DIR := $(B)/third_party/musl-cell

# A cell's canary is drawn before musl starts (lib/os/begin.c), so the files that musl itself exempts, because they run before it
# has drawn one, watch their stacks too.
$(MUSL_LIB): $(THIRD_SRC)/musl.sha256 $(MUSL_OUR:%=third_party/musl/%)
	@echo "build: musl for cells"
	@rm -rf $(MUSL_DIR) $(MUSL) && mkdir -p $(B)/cell && cp -r $(THIRD_SRC)/musl $(MUSL_DIR)
	@rm $(MUSL_NOT:%=$(MUSL_DIR)/%) && cp -r third_party/musl/. $(MUSL_DIR)
	@cd $(MUSL_DIR) && CC=$(CC) CFLAGS='$(TARGET) -O2 -fPIE -fstack-protector-strong $(THIRD_MAPS)' AR=$(AR) RANLIB=llvm-ranlib \
	    ./configure --target=x86_64 --disable-shared --prefix=/ >configure.log 2>&1 || { cat configure.log; exit 1; }
	@+$(MAKE) -s -C $(MUSL_DIR) AR=$(AR) RANLIB=llvm-ranlib CFLAGS_NOSSP= lib/libc.a >$(MUSL_DIR)/make.log 2>&1 || { \
	    tail -20 $(MUSL_DIR)/make.log; exit 1; }
	@$(MAKE) -s -C $(MUSL_DIR) AR=$(AR) RANLIB=llvm-ranlib DESTDIR=$(abspath $(MUSL)) install-headers >/dev/null
	@llvm-objdump -d $(MUSL_DIR)/lib/libc.a | awk -F'\t' '/file format/ { file = $$1 } \
	    $$3 ~ /^(syscall|sysenter|int)$$/ || $$2 ~ /(syscall|sysenter|int *\$$0x80)/ { print "musl: a system call instruction is left in " file; bad = 1 } \
	    END { exit bad }' 
	@mkdir -p $(MUSL)/lib && cp $(MUSL_DIR)/lib/libc.a $@

# --- flags per variant -------------------------------------------------------------------------------------
THIRD_BASE      := -std=gnu11 -O2 -g -w -Werror=implicit-function-declaration -ffunction-sections -fdata-sections $(THIRD_MAPS)
THIRD_BARE      := -ffreestanding -nostdlibinc -isystem third_party/include -mno-red-zone -fstack-protector-strong
# Small before fast: the whole image is to stay below a megabyte, and nothing here runs in a loop that people wait for.
THIRD_CC_cell     := $(CC) $(TARGET) $(THIRD_BASE) -Oz -fPIE -fstack-protector-strong $(MUSL_INC)
THIRD_CC_host     := $(HOST) $(THIRD_BASE) -fPIE -fstack-protector-strong
THIRD_CC_asan     := $(HOST) $(THIRD_BASE) -fPIE $(SANITIZE)
# The libraries must not take the loader for a Windows program.
THIRD_CC_boot_pe  := $(CC) --target=x86_64-unknown-windows -U_WIN32 -U_WIN64 -U_MSC_VER $(THIRD_BASE) $(THIRD_BARE) -fshort-wchar
THIRD_CC_boot_elf := $(CC) $(TARGET) $(THIRD_BASE) $(THIRD_BARE) -fno-pic
THIRD_NEED_cell   := $(MUSL_LIB)
THIRD_VARIANTS    := cell host asan boot_pe boot_elf

# $(call third_objects,NAME,VARIANT,SOURCES,FLAGS,NEEDS): compiles SOURCES below the library's folder; the objects are listed in
# THIRD_OBJ_<variant>_<name>.
define third_objects
THIRD_OBJ_$(2)_$(1) := $(3:%.c=$(B)/$(2)/third_party/$(1)/%.o)
$$(THIRD_OBJ_$(2)_$(1)): $(B)/$(2)/third_party/$(1)/%.o: $(THIRD_SRC)/$(1).sha256 $(5) $(THIRD_NEED_$(2))
	@mkdir -p $$(@D)
	@$(THIRD_CC_$(2)) $(4) -c $(THIRD_SRC)/$(1)/$$*.c -o $$@
endef

# --- the libraries -----------------------------------------------------------------------------------------
WOLFSSL_CORE := $(patsubst %,wolfcrypt/src/%.c,ed25519 ge_operations fe_operations sha512 sha3 hash wc_mldsa)
WOLFSSL_ALL  := $(WOLFSSL_CORE) $(patsubst %,wolfcrypt/src/%.c,\
                wc_port memory curve25519 sha256 hmac kdf pwdbased aes ripemd random error logging coding sp_c64 sp_int)
WOLFSSL_SRC_cell := $(WOLFSSL_ALL)
WOLFSSL_SRC_host := $(WOLFSSL_ALL) $(patsubst %,wolfcrypt/src/%.c,ecc wolfmath asn rsa)
WOLFSSL_SRC_asan := $(WOLFSSL_SRC_host)
WOLFSSL_SRC_boot_pe  := $(WOLFSSL_CORE)
WOLFSSL_SRC_boot_elf := $(WOLFSSL_CORE)
WOLFSSL_SET_cell := cell
WOLFSSL_SET_host := host
WOLFSSL_SET_asan := host
WOLFSSL_SET_boot_pe  := boot
WOLFSSL_SET_boot_elf := boot
# What a user of wolfSSL's own headers needs besides THIRD_INC_<variant>: the settings that the variant was built with.
WOLFSSL_FLAGS = -DWOLFSSL_USER_SETTINGS -Ithird_party/wolfssl/$(WOLFSSL_SET_$(1)) -Ithird_party/wolfssl
# Its lattice arithmetic multiplies modulo 2^32 in signed numbers: -fwrapv makes that C.
$(foreach v,$(THIRD_VARIANTS),$(eval $(call third_objects,wolfssl,$(v),$(WOLFSSL_SRC_$(v)),\
    $(call WOLFSSL_FLAGS,$(v)) -fwrapv -I$(THIRD_SRC)/wolfssl,$(wildcard third_party/wolfssl/*.h third_party/wolfssl/*/*.h))))

# The portable C only: no variant has to save vector state for it, and every variant gives the same bytes.
BLAKE3_FLAGS := -DBLAKE3_NO_SSE2 -DBLAKE3_NO_SSE41 -DBLAKE3_NO_AVX2 -DBLAKE3_NO_AVX512 -DNDEBUG
define blake3_portable
THIRD_OBJ_$(1)_blake3 += $(B)/$(1)/third_party/blake3/portable.o
$(B)/$(1)/third_party/blake3/portable.o: third_party/blake3/portable.c $(THIRD_SRC)/blake3.sha256 $(THIRD_NEED_$(1))
	@mkdir -p $$(@D)
	@$(THIRD_CC_$(1)) $(BLAKE3_FLAGS) -I$(THIRD_SRC)/blake3 -c $$< -o $$@
endef
$(foreach v,$(THIRD_VARIANTS),$(eval $(call third_objects,blake3,$(v),blake3.c blake3_portable.c,$(BLAKE3_FLAGS),)))
$(foreach v,$(THIRD_VARIANTS),$(eval $(call blake3_portable,$(v))))

SECP_FLAGS := -DENABLE_MODULE_EXTRAKEYS=1 -DENABLE_MODULE_SCHNORRSIG=1 -DECMULT_WINDOW_SIZE=4 \
              -DECMULT_GEN_PREC_BITS=2 -DSECP256K1_STATIC -DUSE_EXTERNAL_DEFAULT_CALLBACKS=1
$(foreach v,cell host asan,$(eval $(call third_objects,secp256k1,$(v),\
    src/secp256k1.c src/precomputed_ecmult.c src/precomputed_ecmult_gen.c,$(SECP_FLAGS),)))

$(foreach v,cell host asan,$(eval $(call third_objects,tinycbor,$(v),\
    src/cborencoder.c src/cborparser.c src/cborerrorstrings.c,,)))

# One lane, one thread; the memory comes from the caller.
ARGON2_FLAGS := -DARGON2_NO_THREADS -I$(THIRD_SRC)/argon2/include -I$(THIRD_SRC)/argon2/src
$(foreach v,cell host asan,$(eval $(call third_objects,argon2,$(v),\
    src/argon2.c src/core.c src/ref.c src/encoding.c src/blake2/blake2b.c,$(ARGON2_FLAGS),)))

# tinycbor has its own archive and headers: rooms other than lib/crypto use it.
define tinycbor_lib
THIRD_INC_$(1) := -isystem $(B)/$(1)/include
TINYCBOR_LIB_$(1) := $(B)/$(1)/libtinycbor.a
$(B)/$(1)/libtinycbor.a: $(THIRD_OBJ_$(1)_tinycbor) | $(B)/$(1)/include/cbor.h
	@rm -f $$@ && $(AR) rcsD $$@ $$^
$(B)/$(1)/include/cbor.h: $(THIRD_SRC)/tinycbor.sha256
	@mkdir -p $$(@D)
	@cp $(THIRD_SRC)/tinycbor/src/cbor.h $(THIRD_SRC)/tinycbor/src/tinycbor-version.h $$(@D)
endef
$(foreach v,cell host asan,$(eval $(call tinycbor_lib,$(v))))

# The layers that write and read a TPM's messages; how they travel is the caller's (a TCTI of its own). Nothing is logged. A
# cell without musl links them: no vector registers.
TSS_NAME = $(patsubst %,src/tss2-mu/%-types.c,base tpm2b tpma tpml tpms tpmt tpmu) \
           $(patsubst %,src/tss2-sys/%.c,sysapi_util $(patsubst %,api/Tss2_Sys_%,$(TSS_CALLS)))
TSS_CALLS := ActivateCredential Create CreatePrimary Execute FlushContext GetContextSize Initialize Load LoadExternal NV_DefineSpace \
             GetCpBuffer GetDecryptParam GetRandom GetRpBuffer NV_Increment NV_Read NV_ReadPublic NV_UndefineSpace PCR_Extend PCR_Read PolicyAuthorize \
             PolicyAuthValue PolicyGetDigest PolicyNV PolicyPCR PolicySecret Quote SetCmdAuths SetDecryptParam GetRspAuths Shutdown StartAuthSession Startup \
             Unseal VerifySignature
TSS_INC   := -I$(THIRD_SRC)/tpm2-tss/include/tss2 -I$(THIRD_SRC)/tpm2-tss/include
TSS_FLAGS := -DMAXLOGLEVEL=0 -I$(THIRD_SRC)/tpm2-tss/src -I$(THIRD_SRC)/tpm2-tss/src/tss2-sys $(TSS_INC)
$(eval $(call third_objects,tpm2-tss,cell,$(TSS_NAME),$(TSS_FLAGS) -mgeneral-regs-only,))
$(eval $(call third_objects,tpm2-tss,asan,$(TSS_NAME),$(TSS_FLAGS),))
define tss_lib
TSS_LIB_$(1) := $(B)/$(1)/libtss.a
$(B)/$(1)/libtss.a: $(THIRD_OBJ_$(1)_tpm2-tss)
	@rm -f $$@ && $(AR) rcsD $$@ $$^
endef
$(foreach v,cell asan,$(eval $(call tss_lib,$(v))))

.PHONY: fetch

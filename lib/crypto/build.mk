# SPDX-License-Identifier: GPL-3.0-or-later
# lib/crypto: one archive per variant, with the objects of the libraries it stands on. For its users:
#   headers    $(INC_crypto) $(INC_abi), nothing else: no third-party type is in them
#   CRYPTO_LIBS_cell CRYPTO_LIBS_host CRYPTO_LIBS_asan   what to link (asan is for unit tests)
#   CRYPTO_LIBS_boot_pe CRYPTO_LIBS_boot_elf             the loader's two entries: hash.h, wipe.h, and checking alone of
#       sign.h, mldsa.h, hybrid.h
# A target that links them lists them as prerequisites, so they are built first.
CRYPTO_SRC_full := $(patsubst %,lib/crypto/%.c,wipe hash sha sign sign_check mldsa mldsa_check hybrid hybrid_check secp \
                   secp_sign random stretch box agree cfb tpm_kdf)
CRYPTO_SRC_boot := $(patsubst %,lib/crypto/%.c,wipe hash sign_check mldsa_check hybrid_check)
CRYPTO_VARIANTS := cell host asan boot_pe boot_elf
CRYPTO_SRC_cell := $(CRYPTO_SRC_full)
$(foreach v,host asan,$(eval CRYPTO_SRC_$(v) := $(CRYPTO_SRC_full) lib/crypto/p256.c lib/crypto/x509.c))
$(foreach v,boot_pe boot_elf,$(eval CRYPTO_SRC_$(v) := $(CRYPTO_SRC_boot)))

CRYPTO_CC_cell     := $(CC) $(TARGET) $(BASE) -Os -fPIE -fstack-protector-strong -ffunction-sections $(MUSL_INC)
CRYPTO_CC_host     := $(HOST) $(HOST_CFLAGS) -fPIE
CRYPTO_CC_asan     := $(HOST) $(HOST_CFLAGS) -fPIE $(SANITIZE)
CRYPTO_CC_boot_pe  := $(CC) --target=x86_64-unknown-windows $(BASE) $(THIRD_BARE) -fshort-wchar \
                      -ffunction-sections -U_WIN32 -U_WIN64 -U_MSC_VER
CRYPTO_CC_boot_elf := $(CC) $(TARGET) $(BASE) $(THIRD_BARE) -fno-pic -ffunction-sections
# Third-party headers are system headers here: their warnings are not ours.
CRYPTO_INC = $(INC_abi) $(INC_crypto) -isystem $(THIRD_SRC)/blake3 -isystem $(THIRD_SRC)/secp256k1/include \
             -isystem $(THIRD_SRC)/wolfssl -isystem $(THIRD_SRC)/argon2/include $(call WOLFSSL_FLAGS,$(1)) -DSECP256K1_STATIC
CRYPTO_NEED_cell   := $(MUSL_LIB)

define crypto_variant
CRYPTO_LIBS_$(1) := $(B)/$(1)/libcrypto_cella.a
CRYPTO_OBJ_$(1) := $(CRYPTO_SRC_$(1):lib/crypto/%.c=$(B)/$(1)/crypto/%.o)
$(B)/$(1)/libcrypto_cella.a: $$(CRYPTO_OBJ_$(1)) $(THIRD_OBJ_$(1)_wolfssl) $(THIRD_OBJ_$(1)_blake3) $(THIRD_OBJ_$(1)_secp256k1) $(THIRD_OBJ_$(1)_argon2)
	@rm -f $$@ && $(AR) rcsD $$@ $$^
$$(CRYPTO_OBJ_$(1)): $(B)/$(1)/crypto/%.o: lib/crypto/%.c $(CRYPTO_NEED_$(1)) \
    $(patsubst %,$(THIRD_SRC)/%.sha256,wolfssl blake3 secp256k1 argon2) $(wildcard third_party/wolfssl/*.h third_party/wolfssl/*/*.h) | $(INC_LINKS)
	@mkdir -p $$(@D)
	$(CRYPTO_CC_$(1)) $(call CRYPTO_INC,$(1)) -MMD -MP -MF $$@.d -c $$< -o $$@
-include $$(CRYPTO_OBJ_$(1):%=%.d)
endef
$(foreach v,$(CRYPTO_VARIANTS),$(eval $(call crypto_variant,$(v))))

$(eval $(call unit_test,crypto_hash,lib/crypto/hash_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_sha,lib/crypto/sha_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_sign,lib/crypto/sign_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_secp,lib/crypto/secp_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_random,lib/crypto/random_test.c,$(CRYPTO_LIBS_asan),$(call CRYPTO_INC,asan)))
$(eval $(call unit_test,crypto_stretch,lib/crypto/stretch_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_box,lib/crypto/box_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_mldsa,lib/crypto/mldsa_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_p256,lib/crypto/p256_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_hybrid,lib/crypto/hybrid_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))
$(eval $(call unit_test,crypto_agree,lib/crypto/agree_test.c,$(CRYPTO_LIBS_asan),$(INC_crypto)))

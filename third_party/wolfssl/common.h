// SPDX-License-Identifier: GPL-3.0-or-later
// What every variant of wolfCrypt here has in common; each variant's user_settings.h adds its own.
#pragma once
#define SINGLE_THREADED
#define WOLFCRYPT_ONLY
#define NO_FILESYSTEM
#define NO_WRITEV
#define NO_MAIN_DRIVER
#define NO_DEV_RANDOM
#define NO_DEV_URANDOM
#define WOLFSSL_NO_MALLOC
#define WOLFSSL_NO_SOCK
#define WOLFSSL_USER_IO
#define NO_ERROR_STRINGS
#define WOLFSSL_IGNORE_FILE_WARN
#define WOLFSSL_GENERAL_ALIGNMENT 8
#define HAVE___UINT128_T          // the compiler's own test is skipped when these settings are used
#define SIZEOF_LONG               __SIZEOF_LONG__ // 4 in the UEFI loader
#define SIZEOF_LONG_LONG          8

// Not used, and smaller without.
#define NO_RSA
#define NO_DH
#define NO_DSA
#define NO_DES3
#define NO_MD4
#define NO_MD5
#define NO_RC4
#define NO_SHA
#define NO_OLD_TLS
#define NO_ASN
#define NO_CERTS
#define NO_SIG_WRAPPER
#define NO_PSK
#define NO_PKCS12

#define HAVE_ED25519
#define WOLFSSL_SHA512

// ML-DSA-65 (FIPS 204). Small before fast; what it works in is part of the key, not of the stack.
#define WOLFSSL_HAVE_MLDSA
#define WOLFSSL_NO_ML_DSA_44
#define WOLFSSL_NO_ML_DSA_87
#define WOLFSSL_MLDSA_NO_ASN1
#define WOLFSSL_MLDSA_SMALL
#define WOLFSSL_MLDSA_VERIFY_SMALL_MEM
#define WOLFSSL_MLDSA_VERIFY_NO_MALLOC
#define WOLFSSL_SHA3
#define WOLFSSL_SHAKE128
#define WOLFSSL_SHAKE256

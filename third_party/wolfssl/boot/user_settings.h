// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for the loader: Ed25519 and ML-DSA-65 verification and nothing else.
#pragma once
#include "common.h"

#define NO_ED25519_SIGN
#define NO_ED25519_MAKE_KEY
#define NO_ED25519_KEY_EXPORT
#define WOLFSSL_MLDSA_VERIFY_ONLY
#define USER_TIME
#define NO_TIME_H
#define USE_SLOW_SHA512 // a loop instead of unrolled rounds
#define WC_NO_RNG
#define WC_NO_HASHDRBG
#define NO_SHA256
#define NO_HMAC
#define NO_AES
#define NO_AES_CBC
#define NO_PWDBASED
#define NO_CODING
#define NO_WOLFSSL_MEMORY
#define NO_STDIO_FILESYSTEM
#define NO_STDLIB_ISASCII
#define STRING_USER
#define CTYPE_USER
#define WOLFSSL_NO_ATOMICS

#include <string.h>
#define XMEMCPY(to, from, size)  memcpy((to), (from), (size))
#define XMEMSET(at, value, size) memset((at), (value), (size))
#define XMEMCMP(a, b, size)      memcmp((a), (b), (size))
#define XMEMMOVE(to, from, size) memmove((to), (from), (size))
#define XSTRLEN(s)               strlen(s)
#define XTOLOWER(c)              (c)

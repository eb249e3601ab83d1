// SPDX-License-Identifier: GPL-3.0-or-later
// All of wolfCrypt that cells and the host use.
#pragma once
#include "common.h"

// Secrets: constant time and hardened against faults where the library offers it.
#define TFM_TIMING_RESISTANT
#define ECC_TIMING_RESISTANT
#define WC_RSA_BLINDING
#define WOLFSSL_AES_TOUCH_LINES
#define WOLFSSL_CHECK_SIG_FAULTS

#define HAVE_CURVE25519
#define WOLFSSL_SHA384
#define WOLFSSL_RIPEMD
#define HAVE_HKDF
#define HAVE_PBKDF2
#define HAVE_AESGCM
#define GCM_SMALL
#define WOLFSSL_AES_CFB
#define NO_AES_CBC
#define WOLFSSL_AES_SMALL_TABLES
#define NO_AES_192

// P-256 alone, for what TPMs know: arithmetic of its own, small, constant time, on the stack.
#define HAVE_ECC
#define ECC_USER_CURVES
#define WOLFSSL_HAVE_SP_ECC
#define WOLFSSL_SP_SMALL
#define WOLFSSL_SP_NO_MALLOC
#define WOLFSSL_SP_NO_DYN_STACK
#define WOLFSSL_SP_MATH_ALL
#define SP_WORD_SIZE 64
#define SP_INT_BITS  256

// Entropy comes from the caller alone: lib/crypto/random.c hands over the seed it was given.
#define HAVE_HASHDRBG
int random_seed_take(unsigned char *out, unsigned int size);
#define CUSTOM_RAND_GENERATE_SEED random_seed_take

// ML-DSA asks for one block while it makes a key or a signature: lib/crypto/mldsa.c has it set
// aside. Nothing else of the library gets memory.
#include <stddef.h>
void *mldsa_memory_take(size_t size);
void mldsa_memory_give(void *memory);
#define WOLFSSL_MLDSA_SIGN_SMALL_MEM
#define WOLFSSL_MLDSA_MAKE_KEY_SMALL_MEM
#define XMALLOC_OVERRIDE
#define XMALLOC(size, heap, type)                                                                  \
    ((void)(heap), (type) == DYNAMIC_TYPE_MLDSA ? mldsa_memory_take(size) : NULL)
#define XFREE(at, heap, type)                                                                      \
    ((void)(heap), (type) == DYNAMIC_TYPE_MLDSA ? mldsa_memory_give(at) : (void)0)
#define XREALLOC(at, size, heap, type) ((void)(at), (void)(size), (void)(heap), (void *)NULL)

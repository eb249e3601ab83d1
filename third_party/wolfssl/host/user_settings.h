// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for the host tool and the unit tests: the same code as in the cells, and what TPMs
// know.
#pragma once
#include "full.h"

// Certificates of TPMs (X.509), which are signed and hold keys with RSA: in memory of the heap.
#undef NO_RSA
#undef NO_ASN
#undef NO_CERTS
#undef WOLFSSL_NO_MALLOC
#undef SP_INT_BITS
#define SP_INT_BITS 4096
#define WOLFSSL_SMALL_CERT_VERIFY
#define WOLFSSL_RSA_PUBLIC_ONLY
#define WC_RSA_PSS
#define NO_PKCS7
#define NO_PKCS8
#include <stdlib.h>
#undef XMALLOC
#undef XFREE
#undef XREALLOC
#define XMALLOC(size, heap, type)                                                                  \
    ((void)(heap), (type) == DYNAMIC_TYPE_MLDSA ? mldsa_memory_take(size) : malloc(size))
#define XFREE(at, heap, type)                                                                      \
    ((void)(heap), (type) == DYNAMIC_TYPE_MLDSA ? mldsa_memory_give(at) : free(at))
#define XREALLOC(at, size, heap, type) ((void)(heap), realloc((at), (size)))

// Keys and signatures on P-256.
#define NO_ECC_DHE
#define WOLFSSL_ECDSA_DETERMINISTIC_K
#define WOLFSSL_VALIDATE_ECC_IMPORT

// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for the host tool and the unit tests: the same code as in the cells, and what TPMs
// know.
#pragma once
#include "full.h"

// P-256 alone, in memory on the stack.
#define HAVE_ECC
#define NO_ECC_DHE
#define ECC_USER_CURVES
#define WOLFSSL_SP_MATH_ALL
#define WOLFSSL_SP_NO_DYN_STACK
#define SP_INT_BITS 256
#define WOLFSSL_ECDSA_DETERMINISTIC_K
#define WOLFSSL_VALIDATE_ECC_IMPORT

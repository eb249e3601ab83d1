// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for the host tool and the unit tests: the same code as in the cells, and what TPMs
// know.
#pragma once
#include "full.h"

// Keys and signatures on P-256.
#define NO_ECC_DHE
#define WOLFSSL_ECDSA_DETERMINISTIC_K
#define WOLFSSL_VALIDATE_ECC_IMPORT

// SPDX-License-Identifier: GPL-3.0-or-later
// Endorsement certificates of TPMs (RFC 5280; TCG EK Credential Profile 2.5, section 3), and RSA
// encryption to the key in one. Host and unit tests only.
#pragma once
#include "abi/types.h"

#include <stddef.h>
#include <stdint.h>

enum { X509_KEY = 256 /* RSA-2048; the exponent is 65537 */, X509_SEED = 32 };

enum x509_fault {
    X509_GOOD,
    X509_MALFORMED,   // no certificate, or a damaged one
    X509_AUTHORITY,   // one of the authorities is none
    X509_NO_ISSUER,   // no authority has issued it
    X509_FORGED,      // its issuer's signature does not fit
    X509_NO_ROOT,     // the authorities lead to none that vouches for itself
    X509_DATE,        // one of them is not valid now
    X509_PURPOSE,     // not for endorsing TPMs
    X509_UNKNOWN_KEY, // not RSA-2048
};

struct x509_bytes {
    const uint8_t *at; // DER
    size_t size;
};

// From the certificate through one authority after the other to one that has signed itself. Errors:
// BAD_DATA, and `*why`. What follows the certificate, as in a TPM's index that is larger, does not
// count.
MUST_USE err_t x509_endorsement(const struct x509_bytes *certificate,
                                const struct x509_bytes *authorities, size_t count,
                                uint8_t key[X509_KEY], enum x509_fault *why);

// A seed for whoever has the secret of that key: RSAES-OAEP with SHA-256 (RFC 8017, section 7.1),
// label "IDENTITY" with its final zero (TPM 2.0 Library Specification, part 1, annex B.10.4).
// `entropy` is fresh for each. Errors: BAD_STATE (the library refused).
MUST_USE err_t x509_close(const uint8_t key[static X509_KEY], const uint8_t seed[static X509_SEED],
                          const uint8_t entropy[static 64], uint8_t out[static X509_KEY]);

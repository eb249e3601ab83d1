// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/seal_policy.h"

#include "crypto/sha.h"

void seal_policy_digest(const uint8_t bundle[SEAL_DIGEST], const uint8_t profile[SEAL_DIGEST],
                        uint8_t out[SEAL_DIGEST])
{
    // TPM_CC_PolicyPCR; one selection: SHA-256, three bytes.
    const uint8_t what[] = {
        0, 0, 1, 0x7f, 0, 0, 0, 1, 0, 0x0b, SEAL_SELECT, SEAL_REGISTERS & 0xff, SEAL_REGISTERS >> 8,
        0};
    static const uint8_t before[SEAL_DIGEST]; // a session that has shown nothing yet
    uint8_t values[SEAL_DIGEST];
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, bundle, SEAL_DIGEST);
    sha256_update(&sha, profile, SEAL_DIGEST);
    sha256_final(&sha, values);
    sha256_init(&sha);
    sha256_update(&sha, before, sizeof before);
    sha256_update(&sha, what, sizeof what);
    sha256_update(&sha, values, sizeof values);
    sha256_final(&sha, out);
}

void seal_policy_message(const uint8_t policy[SEAL_DIGEST], uint8_t out[SEAL_DIGEST])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, policy, SEAL_DIGEST);
    sha256_update(&sha, SEAL_REFERENCE, sizeof SEAL_REFERENCE - 1);
    sha256_final(&sha, out);
}

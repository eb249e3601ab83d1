// SPDX-License-Identifier: GPL-3.0-or-later
// What the signer of an image signs so that its system may open what an earlier one sealed, and the
// TPM is told to check: TPM2_PolicyAuthorize's approved policy (TPM 2.0 Library Specification, part
// 3, sections 23.7 and 23.16). Made by the host from the image alone, and by the TPM from its
// registers.
#pragma once
#include "abi/boot_info.h"

#include <stdint.h>

#define SEAL_REFERENCE "cella seal 1" // policyRef: this signature is for nothing else

enum {
    SEAL_SELECT = 3, // bytes of a selection of registers
    SEAL_REGISTERS = 1 << BOOT_PCR_BUNDLE | 1 << BOOT_PCR_PROFILE,
    SEAL_DIGEST = 32,
};

// The policy "registers 11 and 12 hold these values".
void seal_policy_digest(const uint8_t bundle[SEAL_DIGEST], const uint8_t profile[SEAL_DIGEST],
                        uint8_t out[SEAL_DIGEST]);

// What is signed: SHA-256(approved policy || policyRef).
void seal_policy_message(const uint8_t policy[SEAL_DIGEST], uint8_t out[SEAL_DIGEST]);

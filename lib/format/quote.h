// SPDX-License-Identifier: GPL-3.0-or-later
// A quote: what a TPM said, and what it takes to check it (docs/measured-boot.md). Written by the
// device, read by the host; nothing in it is believed before quote_check says so.
//
//     magic 8 | nonce 32 | device key 32 | attestation key 64 | registers 0 to 15, 32 each |
//     signature 64 | size u32, little-endian | TPMS_ATTEST, as signed
//
// The signature is ECDSA on P-256 over SHA-256(TPMS_ATTEST); the TPM put SHA-256(domain || nonce ||
// device key) into it, and SHA-256 over the registers of QUOTE_MASK.
#pragma once
#include "abi/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTE_MAGIC  "CELAQUO1"
#define QUOTE_DOMAIN "cella quote 1"

enum {
    QUOTE_NONCE = 32,
    QUOTE_KEY = 64,       // x, y
    QUOTE_SIGNATURE = 64, // r, s
    QUOTE_DIGEST = 32,
    QUOTE_REGISTERS = 16,
    QUOTE_MASK = 0x38ff, // registers 0 to 7, 11, 12, 13
    QUOTE_ATTEST_MAX = 256,
    QUOTE_HEAD = 8 + 32 + 32 + QUOTE_KEY + QUOTE_REGISTERS * QUOTE_DIGEST + QUOTE_SIGNATURE + 4,
    QUOTE_MAX = QUOTE_HEAD + QUOTE_ATTEST_MAX,
};

struct quote {
    uint8_t nonce[QUOTE_NONCE];
    uint8_t device_key[32];
    uint8_t key[QUOTE_KEY];
    uint8_t registers[QUOTE_REGISTERS][QUOTE_DIGEST];
    uint8_t signature[QUOTE_SIGNATURE];
    uint32_t attest_size;
    uint8_t attest[QUOTE_ATTEST_MAX];
};

enum quote_refusal {
#define QUOTE_REFUSAL(name, number, sentence) QUOTE_IS_##name = number,
#include "format/quote_refusal.def"
#undef QUOTE_REFUSAL
};

// What is wrong and what to do, in words; "" for a number that is none.
const char *quote_refusal_text(uint32_t refusal);

// What the TPM binds: SHA-256(domain || nonce || device key).
void quote_binding(const uint8_t nonce[QUOTE_NONCE], const uint8_t device_key[32],
                   uint8_t out[QUOTE_DIGEST]);

// `*size` is set. Errors: TOO_SMALL.
MUST_USE err_t quote_write(const struct quote *q, uint8_t *out, size_t cap, size_t *size);

// Any bytes: structure, and that the TPM's words are about this nonce, this device key and these
// registers. The signature is not looked at. Errors: BAD_DATA (`*why`; `out` untouched).
MUST_USE err_t quote_parse(const uint8_t *data, size_t size, struct quote *out,
                           enum quote_refusal *why);

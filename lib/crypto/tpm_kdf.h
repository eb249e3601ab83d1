// SPDX-License-Identifier: GPL-3.0-or-later
// The two key derivations of TPMs, with SHA-256, for at most one block of it (TPM 2.0 Library
// Specification, part 1, sections 11.4.10.2 and 11.4.10.3).
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { TPM_KDF_MAX = 32, TPM_KDF_KEY_MAX = 64, TPM_KDF_CONTEXT_MAX = 128 };

// What is derived from, and who shares it. The bytes stay the caller's; contexts are at most
// TPM_KDF_CONTEXT_MAX long together with the label.
struct tpm_kdf {
    const void *key;
    size_t key_size;
    const char *label;
    const void *first, *second; // contextU, contextV; or the parties' x
    size_t first_size, second_size;
};

// HMAC in counter mode (SP 800-108). `size` is at most TPM_KDF_MAX.
void tpm_kdfa(const struct tpm_kdf *from, uint8_t *out, size_t size);
// A hash, of what two keys have in common (SP 800-56A): 32 bytes.
void tpm_kdfe(const struct tpm_kdf *from, uint8_t out[static TPM_KDF_MAX]);

// SPDX-License-Identifier: GPL-3.0-or-later
// Recovery words: BIP-39 with the English list. Rules: words and entropy are secrets; whoever holds
// a struct mnemonic, a text or a seed wipes it. Words are looked up by a scan of the whole list
// whose time does not depend on the word. ASCII only, so that the normal form (NFKD) is the text
// itself.
#pragma once
#include "abi/types.h"

enum {
    MNEMONIC_WORDS_MAX = 24,
    MNEMONIC_ENTROPY_MAX = 32,
    MNEMONIC_TEXT_MAX = 24 * 9,    // 24 words of at most 8 letters, blanks, a final zero
    MNEMONIC_PASSPHRASE_MAX = 128, // characters
    MNEMONIC_SEED_SIZE = 64,
};

struct mnemonic {
    uint32_t count;                     // 12, 15, 18, 21 or 24
    uint16_t words[MNEMONIC_WORDS_MAX]; // indexes into the word list
};

// Errors: BAD_ARGUMENT (size is not 16, 20, 24, 28 or 32).
MUST_USE err_t mnemonic_from_entropy(const uint8_t *entropy, size_t size, struct mnemonic *out);

// Read words separated by blanks; upper case is accepted. `*position` on failure: the number, from
// 1, of the word that is not in the list, or 0 if the count or the checksum is wrong. Errors:
// BAD_DATA.
MUST_USE err_t mnemonic_parse(const char *text, size_t size, struct mnemonic *out,
                              uint32_t *position);

// The entropy the words stand for; checks the checksum. Errors: BAD_DATA.
MUST_USE err_t mnemonic_entropy(const struct mnemonic *words,
                                uint8_t out[static MNEMONIC_ENTROPY_MAX], size_t *size);

// The words as text, one blank between them, final zero. `*size` is without the zero.
void mnemonic_text(const struct mnemonic *words, char out[static MNEMONIC_TEXT_MAX], size_t *size);

// The BIP-39 seed. `passphrase` may be empty; ASCII. Errors: BAD_ARGUMENT (other bytes or too
// long).
MUST_USE err_t mnemonic_seed(const struct mnemonic *words, const char *passphrase,
                             uint8_t out[static MNEMONIC_SEED_SIZE]);

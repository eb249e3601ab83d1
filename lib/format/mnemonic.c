// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/mnemonic.h"
#include "crypto/sha.h"
#include "crypto/wipe.h"
#include "format/bytes.h"
#include "format/wordlist.h"

enum { WORD_BITS = 11, NO_WORD = WORDLIST_COUNT, ROUNDS = 2048 };

// BIP-39: entropy of 32 n bits, n checksum bits, 3 n words; n from 4 to 8.
static bool count_good(uint32_t words)
{
    return words >= 12 && words <= MNEMONIC_WORDS_MAX && words % 3 == 0;
}

// The 11 bits from bit 11 * number on, most significant first.
static uint16_t bits_get(const uint8_t *bytes, uint32_t number)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < WORD_BITS; i++) {
        uint32_t bit = number * WORD_BITS + i;
        value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1u);
    }
    return (uint16_t)value;
}

static void bits_put(uint8_t *bytes, uint32_t number, uint32_t value)
{
    for (uint32_t i = 0; i < WORD_BITS; i++) {
        uint32_t bit = number * WORD_BITS + i;
        uint32_t one = value >> (WORD_BITS - 1 - i) & 1u;
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] | one << (7 - bit % 8));
    }
}

err_t mnemonic_from_entropy(const uint8_t *entropy, size_t size, struct mnemonic *out)
{
    uint8_t bytes[MNEMONIC_ENTROPY_MAX + 1];
    uint8_t check[SHA256_SIZE];
    if (size < 16 || size > MNEMONIC_ENTROPY_MAX || size % 4 != 0)
        return ERR_BAD_ARGUMENT;
    sha256(entropy, size, check);
    memcpy(bytes, entropy, size);
    bytes[size] = check[0];
    out->count = (uint32_t)(size / 4 * 3);
    for (uint32_t i = 0; i < out->count; i++)
        out->words[i] = bits_get(bytes, i);
    wipe(bytes, sizeof(bytes));
    wipe(check, sizeof(check));
    return ERR_OK;
}

err_t mnemonic_entropy(const struct mnemonic *words, uint8_t out[static MNEMONIC_ENTROPY_MAX],
                       size_t *size)
{
    uint8_t bytes[MNEMONIC_ENTROPY_MAX + 1] = {0};
    uint8_t check[SHA256_SIZE];
    err_t err = ERR_BAD_DATA;
    if (!count_good(words->count))
        return ERR_BAD_DATA;
    for (uint32_t i = 0; i < words->count; i++)
        bits_put(bytes, i, words->words[i]);
    size_t entropy = words->count / 3 * 4;
    sha256(bytes, entropy, check);
    check[0] = (uint8_t)(check[0] & 0xff << (8 - words->count / 3));
    if (equal_ct(&check[0], &bytes[entropy], 1)) {
        memcpy(out, bytes, entropy);
        *size = entropy;
        err = ERR_OK;
    }
    wipe(bytes, sizeof(bytes));
    wipe(check, sizeof(check));
    return err;
}

// The index of a word padded with zeros, NO_WORD if it is none; every word of the list is looked
// at.
static uint16_t word_find(const char word[static WORDLIST_SIZE])
{
    uint32_t found = NO_WORD;
    for (uint32_t i = 0; i < WORDLIST_COUNT; i++) {
        uint32_t differ = 0;
        for (size_t k = 0; k < WORDLIST_SIZE; k++)
            differ |= (uint8_t)(wordlist[i][k] ^ word[k]);
        uint32_t same = (differ - 1) >> 31; // 1 if differ is 0
        found ^= (found ^ i) & (0 - same);
    }
    return (uint16_t)found;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The next word, lower case, padded with zeros; false at the end. A word too long for the list
// comes back as one that is not in it.
static bool word_next(struct reader *r, char word[static WORDLIST_SIZE])
{
    memset(word, 0, WORDLIST_SIZE);
    while (reader_left(r) != 0 && is_blank((char)*r->at))
        r->at++;
    size_t length = 0;
    for (; reader_left(r) != 0 && !is_blank((char)*r->at); r->at++) {
        char c = (char)*r->at;
        if (length < WORDLIST_SIZE)
            word[length++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return length != 0;
}

err_t mnemonic_parse(const char *text, size_t size, struct mnemonic *out, uint32_t *position)
{
    struct mnemonic words = {0};
    struct reader r = reader_of(text, size);
    char word[WORDLIST_SIZE];
    uint8_t entropy[MNEMONIC_ENTROPY_MAX];
    size_t entropy_size;
    err_t err = ERR_OK;
    *position = 0;
    while (err == ERR_OK && word_next(&r, word)) {
        uint16_t index = word_find(word);
        if (index == NO_WORD)
            *position = words.count + 1;
        if (index == NO_WORD || words.count == MNEMONIC_WORDS_MAX)
            err = ERR_BAD_DATA;
        else
            words.words[words.count++] = index;
    }
    if (err == ERR_OK)
        err = mnemonic_entropy(&words, entropy, &entropy_size);
    if (err == ERR_OK)
        *out = words;
    wipe(&words, sizeof(words));
    wipe(word, sizeof(word));
    wipe(entropy, sizeof(entropy));
    return err;
}

void mnemonic_text(const struct mnemonic *words, char out[static MNEMONIC_TEXT_MAX], size_t *size)
{
    size_t at = 0;
    for (uint32_t n = 0; n < words->count && n < MNEMONIC_WORDS_MAX; n++) {
        char word[WORDLIST_SIZE] = {0};
        for (uint32_t i = 0; i < WORDLIST_COUNT; i++) {
            uint32_t same = ((i ^ words->words[n]) - 1) >> 31;
            for (size_t k = 0; k < WORDLIST_SIZE; k++)
                word[k] = (char)(word[k] | (wordlist[i][k] & (char)(0 - same)));
        }
        if (n != 0)
            out[at++] = ' ';
        size_t length = text_length(word, WORDLIST_SIZE - 1);
        memcpy(out + at, word, length);
        at += length;
        wipe(word, sizeof(word));
    }
    out[at] = 0;
    *size = at;
}

err_t mnemonic_seed(const struct mnemonic *words, const char *passphrase,
                    uint8_t out[static MNEMONIC_SEED_SIZE])
{
    char text[MNEMONIC_TEXT_MAX];
    uint8_t salt[8 + MNEMONIC_PASSPHRASE_MAX] = "mnemonic";
    size_t size;
    size_t length = text_length(passphrase, MNEMONIC_PASSPHRASE_MAX + 1);
    if (length > MNEMONIC_PASSPHRASE_MAX)
        return ERR_BAD_ARGUMENT;
    for (size_t i = 0; i < length; i++)
        if (passphrase[i] < 0x20 || passphrase[i] > 0x7e)
            return ERR_BAD_ARGUMENT;
    memcpy(salt + 8, passphrase, length);
    mnemonic_text(words, text, &size);
    err_t err = pbkdf2_sha512(text, size, salt, 8 + length, ROUNDS, out, MNEMONIC_SEED_SIZE);
    wipe(text, sizeof(text));
    wipe(salt, sizeof(salt));
    return err;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bech32.h"
#include "format/bytes.h"

enum { CHECK_SIZE = 6, VALUES_MAX = 84 };

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static const uint32_t bech32_constant = 1;           // BIP-173
static const uint32_t bech32m_constant = 0x2bc830a3; // BIP-350

// One step of the checksum (BIP-173, "Checksum"): the BCH code over GF(32).
static uint32_t polymod_step(uint32_t check, uint32_t value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                          0x2a1462b3};
    uint32_t top = check >> 25;
    check = (check & 0x1ffffff) << 5 ^ value;
    for (size_t i = 0; i < 5; i++)
        check ^= (top >> i & 1) != 0 ? generator[i] : 0;
    return check;
}

static uint32_t prefix_polymod(const char *prefix)
{
    uint32_t check = 1;
    for (const char *c = prefix; *c != 0; c++)
        check = polymod_step(check, (uint8_t)*c >> 5);
    check = polymod_step(check, 0);
    for (const char *c = prefix; *c != 0; c++)
        check = polymod_step(check, (uint8_t)*c & 31);
    return check;
}

static uint32_t version_constant(uint32_t version)
{
    return version == 0 ? bech32_constant : bech32m_constant;
}

static bool program_good(uint32_t version, size_t size)
{
    if (version > 16 || size < 2 || size > BECH32_PROGRAM_MAX)
        return false;
    return version != 0 || size == 20 || size == 32;
}

static size_t to_values(const uint8_t *program, size_t size, uint8_t *values)
{
    uint32_t held = 0;
    uint32_t bits = 0;
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        held = (held << 8 | program[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            values[count++] = held >> (bits - 5) & 31;
    }
    if (bits != 0)
        values[count++] = (uint8_t)(held << (5 - bits) & 31);
    return count;
}

err_t bech32_encode(const struct bech32 *address, char text[static BECH32_TEXT_MAX])
{
    uint8_t values[1 + (BECH32_PROGRAM_MAX * 8 + 4) / 5 + CHECK_SIZE];
    size_t prefix = text_length(address->prefix, BECH32_PREFIX_MAX);
    if (prefix == 0 || prefix == BECH32_PREFIX_MAX ||
        !program_good(address->version, address->size))
        return ERR_BAD_ARGUMENT;
    values[0] = address->version;
    size_t count = 1 + to_values(address->program, address->size, values + 1);
    uint32_t check = prefix_polymod(address->prefix);
    for (size_t i = 0; i < count; i++)
        check = polymod_step(check, values[i]);
    for (size_t i = 0; i < CHECK_SIZE; i++)
        check = polymod_step(check, 0);
    check ^= version_constant(address->version);
    for (size_t i = 0; i < CHECK_SIZE; i++)
        values[count++] = check >> (25 - 5 * i) & 31;
    memcpy(text, address->prefix, prefix);
    text[prefix] = '1';
    for (size_t i = 0; i < count; i++)
        text[prefix + 1 + i] = alphabet[values[i]];
    text[prefix + 1 + count] = 0;
    return ERR_OK;
}

// Lower-case copy; false for mixed case or a character outside 33 to 126.
static bool lower_copy(const char *text, size_t length, char *out)
{
    bool upper = false;
    bool lower = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c < 33 || c > 126)
            return false;
        upper = upper || (c >= 'A' && c <= 'Z');
        lower = lower || (c >= 'a' && c <= 'z');
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    out[length] = 0;
    return !(upper && lower);
}

static bool to_program(const uint8_t *values, size_t count, struct bech32 *out)
{
    uint32_t held = 0;
    uint32_t bits = 0;
    out->size = 0;
    for (size_t i = 0; i < count; i++) {
        held = (held << 5 | values[i]) & 0xfff;
        bits += 5;
        if (bits < 8)
            continue;
        bits -= 8;
        if (out->size == BECH32_PROGRAM_MAX)
            return false;
        out->program[out->size++] = (uint8_t)(held >> bits);
    }
    return bits < 5 && (held & ((1u << bits) - 1)) == 0; // padding: short, and zeros
}

// The values after the prefix; false if one is no digit or the checksum is that of another version.
static bool values_read(const char *text, uint32_t check, uint8_t values[static VALUES_MAX],
                        size_t *count)
{
    *count = 0;
    for (const char *c = text; *c != 0; c++) {
        const char *digit = strchr(alphabet, *c);
        if (digit == NULL || *count == VALUES_MAX)
            return false;
        values[*count] = (uint8_t)(digit - alphabet);
        check = polymod_step(check, values[(*count)++]);
    }
    return *count > CHECK_SIZE && check == version_constant(values[0]);
}

err_t bech32_decode(const char *text, struct bech32 *out)
{
    char lower[BECH32_TEXT_MAX];
    uint8_t values[VALUES_MAX];
    size_t count;
    struct bech32 address = {0};
    size_t length = text_length(text, BECH32_TEXT_MAX);
    if (length == BECH32_TEXT_MAX || !lower_copy(text, length, lower))
        return ERR_BAD_DATA;
    char *one = strrchr(lower, '1');
    if (one == NULL || one == lower || one - lower >= BECH32_PREFIX_MAX)
        return ERR_BAD_DATA;
    *one = 0;
    if (!values_read(one + 1, prefix_polymod(lower), values, &count))
        return ERR_BAD_DATA;
    memcpy(address.prefix, lower, (size_t)(one - lower) + 1);
    address.version = values[0];
    if (!to_program(values + 1, count - 1 - CHECK_SIZE, &address) ||
        !program_good(address.version, address.size))
        return ERR_BAD_DATA;
    *out = address;
    return ERR_OK;
}

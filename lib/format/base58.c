// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/base58.h"
#include "crypto/sha.h"
#include "crypto/wipe.h"
#include "format/bytes.h"

enum { CHECK_SIZE = 4, BYTES_MAX = BASE58_PAYLOAD_MAX + CHECK_SIZE };

static const char digits58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// The value of a digit by a scan of all of them, -1 if it is none: no secret-dependent index.
static int digit_value(char c)
{
    int value = -1;
    for (int i = 0; i < 58; i++)
        value = digits58[i] == c ? i : value;
    return value;
}

// Divide the big-endian number in place by 58; the remainder is the next digit.
static uint32_t divide_by_58(uint8_t *number, size_t size)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < size; i++) {
        uint32_t v = rest << 8 | number[i];
        number[i] = (uint8_t)(v / 58);
        rest = v % 58;
    }
    return rest;
}

// number = number * 58 + digit; false if it does not fit.
static bool multiply_by_58(uint8_t *number, size_t size, uint32_t digit)
{
    for (size_t i = size; i > 0; i--) {
        uint32_t v = number[i - 1] * 58u + digit;
        number[i - 1] = (uint8_t)v;
        digit = v >> 8;
    }
    return digit == 0;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return any == 0;
}

err_t base58_encode(const uint8_t *payload, size_t size, char *text, size_t cap)
{
    uint8_t number[BYTES_MAX];
    uint8_t check[SHA256_SIZE];
    char reversed[BASE58_TEXT_MAX];
    size_t count = 0;
    size_t zeros = 0;
    if (size > BASE58_PAYLOAD_MAX)
        return ERR_TOO_LARGE;
    memcpy(number, payload, size);
    sha256d(payload, size, check);
    memcpy(number + size, check, CHECK_SIZE);
    while (zeros < size + CHECK_SIZE && number[zeros] == 0)
        zeros++;
    while (!all_zero(number, size + CHECK_SIZE))
        reversed[count++] = digits58[divide_by_58(number, size + CHECK_SIZE)];
    while (zeros-- > 0)
        reversed[count++] = digits58[0];
    if (count < cap) {
        for (size_t i = 0; i < count; i++)
            text[i] = reversed[count - 1 - i];
        text[count] = 0;
    }
    wipe(number, sizeof(number));
    wipe(reversed, sizeof(reversed));
    return count < cap ? ERR_OK : ERR_TOO_SMALL;
}

// The bytes of the text in front of which `zeros` stand for leading digits 1, right-aligned in
// number.
static bool digits_read(const char *text, size_t length, uint8_t number[static BYTES_MAX],
                        size_t *zeros)
{
    bool leading = true;
    *zeros = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_value(text[i]);
        if (digit < 0 || !multiply_by_58(number, BYTES_MAX, (uint32_t)digit))
            return false;
        leading = leading && digit == 0;
        *zeros += leading;
    }
    return true;
}

err_t base58_decode(const char *text, uint8_t *payload, size_t cap, size_t *size)
{
    uint8_t number[BYTES_MAX] = {0};
    uint8_t check[SHA256_SIZE];
    size_t zeros;
    size_t skip = 0;
    err_t err = ERR_BAD_DATA;
    size_t length = text_length(text, BASE58_TEXT_MAX);
    if (length == BASE58_TEXT_MAX)
        return ERR_TOO_LARGE;
    bool good = digits_read(text, length, number, &zeros);
    while (skip < BYTES_MAX && number[skip] == 0)
        skip++;
    if (good && zeros <= skip && BYTES_MAX - skip + zeros >= CHECK_SIZE) {
        const uint8_t *at = number + (skip - zeros);
        size_t payload_size = BYTES_MAX - (skip - zeros) - CHECK_SIZE;
        sha256d(at, payload_size, check);
        if (memcmp(check, at + payload_size, CHECK_SIZE) == 0)
            err = payload_size <= cap ? ERR_OK : ERR_TOO_LARGE;
        if (err == ERR_OK) {
            memcpy(payload, at, payload_size);
            *size = payload_size;
        }
    }
    wipe(number, sizeof(number));
    return err;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "descriptor.h"

#include <stdio.h>
#include <string.h>

// BIP-380: a BCH code over 40-bit states, five bits at a time.
static uint64_t polymod(uint64_t state, unsigned value)
{
    static const uint64_t generator[] = {0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
                                         0x644d626ffd};
    const unsigned top = (unsigned)(state >> 35);

    state = (state & 0x7ffffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        if (top >> i & 1)
            state ^= generator[i];
    return state;
}

bool descriptor_checksum(const char *text, char out[DESCRIPTOR_CHECKSUM])
{
    static const char input[] = "0123456789()[],'/*abcdefgh@:$%{}"
                                "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
                                "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
    static const char output[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint64_t state = 1;
    unsigned group = 0, count = 0;

    for (; *text; text++) {
        const char *found = strchr(input, *text);
        if (!found)
            return false;
        const unsigned place = (unsigned)(found - input);
        state = polymod(state, place & 31);
        group = group * 3 + (place >> 5);
        if (++count == 3) {
            state = polymod(state, group);
            group = count = 0;
        }
    }
    if (count > 0)
        state = polymod(state, group);
    for (unsigned i = 0; i < DESCRIPTOR_CHECKSUM; i++)
        state = polymod(state, 0);
    state ^= 1;
    for (unsigned i = 0; i < DESCRIPTOR_CHECKSUM; i++)
        out[i] = output[state >> 5 * (DESCRIPTOR_CHECKSUM - 1 - i) & 31];
    return true;
}

bool descriptor_make(uint32_t fingerprint, bool main_network, const char *key, size_t key_size,
                     char out[DESCRIPTOR_MAX])
{
    char checksum[DESCRIPTOR_CHECKSUM];
    int used = snprintf(out, DESCRIPTOR_MAX, "wpkh([%08x/84h/%dh/0h]%.*s/0/*)",
                        (unsigned)fingerprint, main_network ? 0 : 1, (int)key_size, key);

    if (key_size == 0 || used + 1 + DESCRIPTOR_CHECKSUM >= DESCRIPTOR_MAX ||
        !descriptor_checksum(out, checksum))
        return false;
    snprintf(out + used, DESCRIPTOR_MAX - (size_t)used, "#%.*s", DESCRIPTOR_CHECKSUM, checksum);
    return true;
}

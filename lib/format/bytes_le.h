// SPDX-License-Identifier: GPL-3.0-or-later
// Little-endian numbers at any address.
#pragma once
#include <stdint.h>

static inline void le16_put(uint8_t out[2], uint16_t v)
{
    out[0] = (uint8_t)v;
    out[1] = (uint8_t)(v >> 8);
}

static inline void le32_put(uint8_t out[4], uint32_t v)
{
    le16_put(out, (uint16_t)v);
    le16_put(out + 2, (uint16_t)(v >> 16));
}

static inline uint16_t le16_get(const uint8_t in[2])
{
    return (uint16_t)(in[0] | in[1] << 8);
}

static inline uint32_t le32_get(const uint8_t in[4])
{
    return (uint32_t)le16_get(in) | (uint32_t)le16_get(in + 2) << 16;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Frames on the companion link, an unreliable stream of bytes (docs/link.md).
//
// Rules. A frame is a header, at most LINK_PAYLOAD_MAX bytes and a CRC-32C over both, stuffed with
// COBS (Cheshire and Baker, 1999) so that the byte 0 stands only between frames. The decoder is
// total: it takes any bytes, keeps at most one frame, and finds its feet again at the next 0. A
// frame that is cut, too long, inconsistent or damaged does not exist for the caller; it is only
// counted. Nothing here allocates, blocks or keeps a secret.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum {
    LINK_HEADER_SIZE = 12,
    LINK_PAYLOAD_MAX = 4096,
    LINK_CRC_SIZE = 4,
    LINK_RAW_MAX = LINK_HEADER_SIZE + LINK_PAYLOAD_MAX + LINK_CRC_SIZE,
    LINK_WIRE_MAX = LINK_RAW_MAX + LINK_RAW_MAX / 254 + 1 + 2, // COBS codes, and a 0 on each side
    LINK_ANSWER = 0x80, // in `type`: the answer to the request of that type
};

struct link_frame {
    uint8_t type;     // enum companion_type, with LINK_ANSWER in an answer
    uint8_t status;   // enum err; 0 in a request
    uint32_t session; // chosen by the host in its HELLO
    uint32_t sequence;
    const uint8_t *payload;
    size_t length;
};

struct link_decoder {
    uint8_t raw[LINK_RAW_MAX];
    size_t used;
    uint8_t left;   // bytes of the present COBS block still to come
    bool stuffed;   // a zero stands between the present block and the next
    bool bad;       // skip to the next 0
    uint64_t drops; // frames thrown away since the start
};

// CRC-32C (Castagnoli, RFC 3720 section 12.1) of `data`, continuing from `crc`, which is 0 first.
uint32_t link_crc(uint32_t crc, const uint8_t *data, size_t size);

// The bytes to send. Errors: TOO_LARGE (payload).
MUST_USE err_t link_encode(const struct link_frame *frame, uint8_t wire[LINK_WIRE_MAX],
                           size_t *size);

void link_decoder_start(struct link_decoder *d);

// Take bytes up to the end of the first whole frame and say how many were taken. `*got` says
// whether there is a frame; its payload lies in the decoder and is valid until the next call.
size_t link_decode(struct link_decoder *d, const uint8_t *data, size_t size,
                   struct link_frame *frame, bool *got);

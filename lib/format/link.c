// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/link.h"
#include "format/bytes_le.h"
#include <string.h>

// Header, little-endian: type, status, length (2), session (4), sequence (4).

// The reflected polynomial 0x82f63b78, four bits at a time.
static const uint32_t crc_table[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t link_crc(uint32_t crc, const uint8_t *data, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ crc_table[crc & 15];
        crc = crc >> 4 ^ crc_table[crc & 15];
    }
    return ~crc;
}

struct stuffer {
    uint8_t *wire;
    size_t used;
    size_t code; // where the present block's length goes
};

static void stuff(struct stuffer *s, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i])
            s->wire[s->used++] = data[i];
        if (!data[i] || s->used - s->code == 255) {
            s->wire[s->code] = (uint8_t)(s->used - s->code);
            s->code = s->used++;
        }
    }
}

err_t link_encode(const struct link_frame *frame, uint8_t wire[LINK_WIRE_MAX], size_t *size)
{
    if (frame->length > LINK_PAYLOAD_MAX)
        return ERR_TOO_LARGE;
    uint8_t header[LINK_HEADER_SIZE] = {frame->type, frame->status};
    le16_put(header + 2, (uint16_t)frame->length);
    le32_put(header + 4, frame->session);
    le32_put(header + 8, frame->sequence);
    uint32_t crc = link_crc(0, header, sizeof header);
    uint8_t tail[LINK_CRC_SIZE];
    le32_put(tail, link_crc(crc, frame->payload, frame->length));

    wire[0] = 0; // cuts off whatever noise is before
    struct stuffer s = {.wire = wire, .used = 2, .code = 1};
    stuff(&s, header, sizeof header);
    stuff(&s, frame->payload, frame->length);
    stuff(&s, tail, sizeof tail);
    wire[s.code] = (uint8_t)(s.used - s.code);
    wire[s.used++] = 0;
    *size = s.used;
    return ERR_OK;
}

void link_decoder_start(struct link_decoder *d)
{
    memset(d, 0, sizeof *d);
}

static void unstuff(struct link_decoder *d, uint8_t byte)
{
    if (d->bad)
        return;
    bool push = true;
    if (d->left) {
        d->left--;
    } else {
        push = d->stuffed;
        d->stuffed = byte != 255;
        d->left = (uint8_t)(byte - 1);
        byte = 0;
    }
    if (!push)
        return;
    if (d->used == LINK_RAW_MAX)
        d->bad = true;
    else
        d->raw[d->used++] = byte;
}

// At a 0: is what has been gathered a frame?
static bool frame_take(const struct link_decoder *d, struct link_frame *frame)
{
    if (d->bad || d->left || d->used < LINK_HEADER_SIZE + LINK_CRC_SIZE)
        return false;
    size_t length = le16_get(d->raw + 2);
    size_t covered = LINK_HEADER_SIZE + length;
    if (covered + LINK_CRC_SIZE != d->used || length > LINK_PAYLOAD_MAX)
        return false;
    if (link_crc(0, d->raw, covered) != le32_get(d->raw + covered))
        return false;
    *frame = (struct link_frame){
        .type = d->raw[0],
        .status = d->raw[1],
        .session = le32_get(d->raw + 4),
        .sequence = le32_get(d->raw + 8),
        .payload = d->raw + LINK_HEADER_SIZE,
        .length = length,
    };
    return true;
}

size_t link_decode(struct link_decoder *d, const uint8_t *data, size_t size,
                   struct link_frame *frame, bool *got)
{
    *got = false;
    for (size_t i = 0; i < size; i++) {
        if (data[i]) {
            unstuff(d, data[i]);
            continue;
        }
        bool begun = d->bad || d->used || d->left || d->stuffed;
        *got = frame_take(d, frame);
        if (begun && !*got)
            d->drops++;
        d->used = 0;
        d->left = 0;
        d->stuffed = false;
        d->bad = false;
        if (*got)
            return i + 1;
    }
    return size;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/link.h"
#include "tests/unit.h"
#include <stdlib.h>

enum { RANDOM_FRAMES = 10000, BATCH = 64 };

static uint64_t random_state = 0x9e3779b97f4a7c15u; // fixed: a failure can be repeated

static uint32_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16);
}

// Bytes with more zeroes and 0xff than chance gives, because COBS bends there.
static void random_fill(uint8_t *data, size_t size)
{
    uint32_t mode = random_next() % 4;
    for (size_t i = 0; i < size; i++) {
        uint32_t r = random_next();
        data[i] = mode == 0   ? (uint8_t)r
                  : mode == 1 ? (uint8_t)(r | 1)
                  : mode == 2 ? (r & 256 ? 0 : 255)
                              : 0;
    }
}

static struct link_frame random_frame(uint8_t payload[LINK_PAYLOAD_MAX])
{
    size_t length = random_next() % (random_next() % 8 ? 600 : LINK_PAYLOAD_MAX + 1);
    random_fill(payload, length);
    return (struct link_frame){
        .type = (uint8_t)random_next(),
        .status = (uint8_t)random_next(),
        .session = random_next() & (random_next() % 2 ? 0xffffffffu : 0xff00u),
        .sequence = random_next(),
        .payload = payload,
        .length = length,
    };
}

static bool frame_same(const struct link_frame *a, const struct link_frame *b)
{
    return a->type == b->type && a->status == b->status && a->session == b->session &&
           a->sequence == b->sequence && a->length == b->length &&
           (a->length == 0 || memcmp(a->payload, b->payload, a->length) == 0);
}

// How many frames come out, whatever goes in.
static unsigned long frames_in(struct link_decoder *d, const uint8_t *data, size_t size)
{
    unsigned long count = 0;
    while (size) {
        struct link_frame f;
        bool got;
        size_t used = link_decode(d, data, size, &f, &got);
        CHECK(used > 0 && used <= size);
        if (used == 0 || used > size)
            abort();
        if (got)
            CHECK(f.length <= LINK_PAYLOAD_MAX && f.payload + f.length <= d->raw + LINK_RAW_MAX);
        count += got;
        data += used;
        size -= used;
    }
    return count;
}

static void test_crc(void)
{
    // RFC 3720 appendix B.4
    uint8_t data[32] = {0};
    CHECK_EQ(link_crc(0, data, 32), 0x8a9136aa);
    memset(data, 0xff, 32);
    CHECK_EQ(link_crc(0, data, 32), 0x62a8ab43);
    for (uint8_t i = 0; i < 32; i++)
        data[i] = i;
    CHECK_EQ(link_crc(0, data, 32), 0x46dd794e);
    CHECK_EQ(link_crc(link_crc(0, data, 7), data + 7, 25), 0x46dd794e);
    CHECK_EQ(link_crc(0, (const uint8_t *)"123456789", 9), 0xe3069283);
}

static void test_limits(void)
{
    static uint8_t payload[LINK_PAYLOAD_MAX + 1], wire[LINK_WIRE_MAX];
    size_t size = 77;
    memset(payload, 1, sizeof payload);
    struct link_frame f = {.type = 1, .payload = payload, .length = LINK_PAYLOAD_MAX + 1};
    CHECK_EQ(link_encode(&f, wire, &size), ERR_TOO_LARGE);
    CHECK_EQ(size, 77);
    f.length = LINK_PAYLOAD_MAX;
    f.type = f.status = 0xff;
    f.session = f.sequence = 0x01010101;
    CHECK_EQ(link_encode(&f, wire, &size), ERR_OK);
    CHECK(size <= LINK_WIRE_MAX);
    CHECK(memchr(wire + 1, 0, size - 2) == NULL);
    CHECK_EQ(wire[0], 0);
    CHECK_EQ(wire[size - 1], 0);
}

// Every frame comes back, however the stream is cut into pieces.
static void test_random_frames(void)
{
    static uint8_t payload[LINK_PAYLOAD_MAX], wire[LINK_WIRE_MAX];
    static struct link_decoder d;
    link_decoder_start(&d);
    unsigned long good = 0;
    for (int i = 0; i < RANDOM_FRAMES; i++) {
        struct link_frame in = random_frame(payload), out;
        size_t size, at = 0;
        bool got = false;
        CHECK_EQ(link_encode(&in, wire, &size), ERR_OK);
        while (at < size && !got) {
            size_t piece = 1 + random_next() % 700;
            if (piece > size - at)
                piece = size - at;
            at += link_decode(&d, wire + at, piece, &out, &got);
        }
        good += got && at == size && frame_same(&in, &out);
    }
    CHECK_EQ(good, RANDOM_FRAMES);
    CHECK_EQ(d.drops, 0);
}

// A damaged frame is never taken for a frame, and the next whole one is.
static void test_damage(void)
{
    static uint8_t payload[LINK_PAYLOAD_MAX], wire[LINK_WIRE_MAX], whole[LINK_WIRE_MAX];
    static struct link_decoder d;
    link_decoder_start(&d);
    unsigned long wrong = 0, lost = 0;
    for (int i = 0; i < RANDOM_FRAMES; i++) {
        struct link_frame in = random_frame(payload), out;
        size_t size, whole_size;
        CHECK_EQ(link_encode(&in, wire, &size), ERR_OK);
        memcpy(whole, wire, size);
        whole_size = size;
        switch (random_next() % 3) {
        case 0: { // flip one bit between the two delimiters
            size_t at = 1 + random_next() % (size - 2);
            wire[at] ^= (uint8_t)(1u << random_next() % 8);
            break;
        }
        case 1: // cut
            size = 1 + random_next() % (size - 2);
            break;
        default: { // lose a byte in the middle
            size_t at = 1 + random_next() % (size - 2);
            memmove(wire + at, wire + at + 1, size - at - 1);
            size--;
        }
        }
        wrong += frames_in(&d, wire, size);
        bool got;
        size_t used = link_decode(&d, whole, whole_size, &out, &got);
        if (!got && used < whole_size) // the leading 0 ended the damaged one
            used += link_decode(&d, whole + used, whole_size - used, &out, &got);
        lost += !got || used != whole_size || !frame_same(&in, &out);
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(lost, 0);
    CHECK(d.drops >= RANDOM_FRAMES);
}

// The layer keeps no order and no memory: what is doubled or reordered comes out doubled or
// reordered. Numbers are the business of whoever asks (companion.h).
static void test_order(void)
{
    static uint8_t wire[BATCH][LINK_WIRE_MAX];
    static struct link_decoder d;
    size_t size[BATCH];
    link_decoder_start(&d);
    for (uint32_t i = 0; i < BATCH; i++) {
        struct link_frame f = {
            .type = 3, .sequence = i, .payload = (const uint8_t *)"abc", .length = 3};
        CHECK_EQ(link_encode(&f, wire[i], &size[i]), ERR_OK);
    }
    for (int round = 0; round < 100; round++) {
        uint32_t pick = random_next() % BATCH;
        struct link_frame f = {0};
        bool got;
        CHECK_EQ(link_decode(&d, wire[pick], size[pick], &f, &got), size[pick]);
        CHECK(got);
        CHECK_EQ(f.sequence, pick);
    }
}

static void test_garbage(void)
{
    static uint8_t noise[1 << 16];
    static struct link_decoder d;
    link_decoder_start(&d);
    unsigned long taken = 0;
    for (int i = 0; i < 64; i++) {
        random_fill(noise, sizeof noise);
        taken += frames_in(&d, noise, sizeof noise);
    }
    CHECK_EQ(taken, 0);
    memset(noise, 0, sizeof noise);
    uint64_t drops = d.drops;
    CHECK_EQ(frames_in(&d, noise, sizeof noise), 0);
    CHECK(d.drops <= drops + 1); // empty frames are silence, not damage
}

int main(void)
{
    test_crc();
    test_limits();
    test_random_frames();
    test_damage();
    test_order();
    test_garbage();
    return unit_done();
}

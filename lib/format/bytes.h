// SPDX-License-Identifier: GPL-3.0-or-later
// Cursors over bytes, the only way the Bitcoin parsers touch memory. A reader or writer that failed
// once stays failed and does nothing more, so a parser may read a whole record and look once. A
// failed read gives zeros. Integers are little endian (Bitcoin's order) unless the name says be.
#pragma once
#include "abi/types.h"
#include <stdbool.h>
#include <string.h>

// Bytes that belong to somebody else. `at` may be NULL only if `size` is 0.
struct span {
    const uint8_t *at;
    size_t size;
};

enum bytes_fault { BYTES_OK, BYTES_SHORT, BYTES_FORM };

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t fault; // enum bytes_fault; BYTES_FORM: a compact size that is not the shortest form
};

struct writer {
    uint8_t *at;
    uint8_t *start;
    uint8_t *end;
    bool full;
};

static inline struct reader reader_of(const void *data, size_t size)
{
    const uint8_t *at = data;
    return (struct reader){at, size == 0 ? at : at + size, BYTES_OK};
}

static inline struct reader reader_of_span(struct span span)
{
    return reader_of(span.at, span.size);
}

static inline size_t reader_left(const struct reader *r)
{
    return r->fault != BYTES_OK || r->at == r->end ? 0 : (size_t)(r->end - r->at);
}

static inline void reader_fail(struct reader *r, uint32_t fault)
{
    if (r->fault == BYTES_OK)
        r->fault = fault;
}

// The next `size` bytes, in place; an empty span after a failure.
static inline struct span read_span(struct reader *r, uint64_t size)
{
    if (size > reader_left(r))
        reader_fail(r, BYTES_SHORT);
    if (r->fault != BYTES_OK || size == 0)
        return (struct span){r->at, 0};
    struct span out = {r->at, (size_t)size};
    r->at += size;
    return out;
}

// Copy the next `size` bytes; zeros after a failure.
static inline void read_bytes(struct reader *r, void *out, size_t size)
{
    struct span s = read_span(r, size);
    memset(out, 0, size);
    if (s.size != 0)
        memcpy(out, s.at, s.size);
}

static inline uint64_t read_le(struct reader *r, size_t size)
{
    struct span s = read_span(r, size);
    uint64_t v = 0;
    for (size_t i = s.size; i > 0; i--)
        v = v << 8 | s.at[i - 1];
    return v;
}

static inline uint8_t read_u8(struct reader *r)
{
    return (uint8_t)read_le(r, 1);
}

static inline uint16_t read_u16(struct reader *r)
{
    return (uint16_t)read_le(r, 2);
}

static inline uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_le(r, 4);
}

static inline uint64_t read_u64(struct reader *r)
{
    return read_le(r, 8);
}

// Compact size (the Bitcoin protocol's variable length integer): the shortest form only.
static inline uint64_t read_compact(struct reader *r)
{
    uint8_t first = read_u8(r);
    if (first < 0xfd)
        return first;
    uint64_t v = read_le(r, first == 0xfd ? 2 : first == 0xfe ? 4 : 8);
    uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x10000 : 0x100000000;
    if (r->fault == BYTES_OK && v < least)
        reader_fail(r, BYTES_FORM);
    return r->fault == BYTES_OK ? v : 0;
}

// A compact size and that many bytes.
static inline struct span read_counted(struct reader *r)
{
    return read_span(r, read_compact(r));
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

// The length of a text, at most `max`; reads no further than that.
static inline size_t text_length(const char *text, size_t max)
{
    size_t length = 0;
    while (length < max && text[length] != 0)
        length++;
    return length;
}

static inline uint32_t get_be32(const uint8_t in[static 4])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static inline void put_be32(uint8_t out[static 4], uint32_t v)
{
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (24 - 8 * i));
}

static inline struct writer writer_of(void *out, size_t size)
{
    uint8_t *at = out;
    return (struct writer){at, at, size == 0 ? at : at + size, false};
}

static inline size_t writer_size(const struct writer *w)
{
    return w->at == w->start ? 0 : (size_t)(w->at - w->start);
}

static inline void write_bytes(struct writer *w, const void *data, size_t size)
{
    if (w->full || size > (w->at == w->end ? 0 : (size_t)(w->end - w->at))) {
        w->full = true;
        return;
    }
    if (size == 0)
        return;
    memcpy(w->at, data, size);
    w->at += size;
}

static inline void write_span(struct writer *w, struct span s)
{
    write_bytes(w, s.at, s.size);
}

static inline void write_le(struct writer *w, uint64_t v, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(v >> 8 * i);
    write_bytes(w, bytes, size);
}

static inline void write_u8(struct writer *w, uint8_t v)
{
    write_le(w, v, 1);
}

static inline void write_u16(struct writer *w, uint16_t v)
{
    write_le(w, v, 2);
}

static inline void write_u32(struct writer *w, uint32_t v)
{
    write_le(w, v, 4);
}

static inline void write_u64(struct writer *w, uint64_t v)
{
    write_le(w, v, 8);
}

static inline void write_compact(struct writer *w, uint64_t v)
{
    if (v < 0xfd) {
        write_le(w, v, 1);
        return;
    }
    size_t size = v <= 0xffff ? 2 : v <= 0xffffffff ? 4 : 8;
    write_u8(w, (uint8_t)(size == 2 ? 0xfd : size == 4 ? 0xfe : 0xff));
    write_le(w, v, size);
}

static inline void write_counted(struct writer *w, struct span s)
{
    write_compact(w, s.size);
    write_span(w, s);
}

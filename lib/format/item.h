// SPDX-License-Identifier: GPL-3.0-or-later
// CBOR's numbers, strings and heads (RFC 8949 section 3) in the deterministic encoding (section
// 4.2.1) and no other: the shortest form, lengths known. For formats that are read in one fixed
// order; what is taken with these has one encoding. Pure code.
#pragma once
#include "format/bytes.h"
#include <stdbool.h>

// Major types of CBOR (RFC 8949 section 3.1).
enum { ITEM_NUMBER = 0, ITEM_BYTES = 2, ITEM_TEXT = 3, ITEM_ARRAY = 4, ITEM_MAP = 5 };

enum { ITEM_HEAD_MAX = 9 };

enum item_fault {
    ITEM_GOOD = 0,
    ITEM_SHORT, // it ends beyond the data
    ITEM_OTHER, // another major type
    ITEM_FORM,  // not the shortest form, or of unknown length
    ITEM_LARGE, // a string above what is permitted
};

struct reading {
    const uint8_t *data;
    size_t size, at;
    uint32_t fault; // enum item_fault: of the last item that was refused
};

// The head of an item; the result is its length.
size_t item_put(uint8_t out[ITEM_HEAD_MAX], uint32_t major, uint64_t value);

// Written behind what is there: a head, and the two kinds of fields that a map of numbers has.
void write_item(struct writer *w, uint32_t major, uint64_t value);
void write_number(struct writer *w, uint32_t field, uint64_t value);
void write_string(struct writer *w, uint32_t field, uint32_t major, const void *at, size_t size);

// The head of an item of that major type, in the shortest form; false: `fault` says why, and
// nothing was taken.
bool item_get(struct reading *r, uint32_t major, uint64_t *value);

// A string of at most `max` bytes; null: as above.
const uint8_t *string_get(struct reading *r, uint32_t major, size_t max, size_t *size);

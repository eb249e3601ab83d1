// SPDX-License-Identifier: GPL-3.0-or-later
// What writing and reading an event log share. Nobody else includes this.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

// Major types of CBOR (RFC 8949 section 3.1).
enum { ITEM_NUMBER = 0, ITEM_BYTES = 2, ITEM_TEXT = 3, ITEM_ARRAY = 4, ITEM_MAP = 5 };

struct reading {
    const uint8_t *data;
    size_t size, at;
};

// The head of an item; the result is its length.
size_t item_put(uint8_t out[9], uint32_t major, uint64_t value);

// The head of an item of that major type, in the shortest form; false: it is something else.
bool item_get(struct reading *r, uint32_t major, uint64_t *value);

// A string of at most `max` bytes; null: it is something else.
const uint8_t *string_get(struct reading *r, uint32_t major, size_t max, size_t *size);

// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a row of CBOR items: whatever is taken has one encoding, a fault says why, and what
// was refused is not taken. Every format that is read with these is fuzzed on its own as well.
#include "format/item.h"

#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STRING_MAX = 100 };

static void require(bool cond)
{
    if (!cond)
        abort();
}

// Numbers about each change of form, under each major type; a string.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const uint64_t values[] = {
        0, 23, 24, 255, 256, 65535, 65536, UINT32_MAX, 1ull + UINT32_MAX, UINT64_MAX};
    static const uint32_t majors[] = {ITEM_NUMBER, ITEM_BYTES, ITEM_TEXT, ITEM_ARRAY, ITEM_MAP};
    size_t size = 0;
    if (number >= sizeof majors / sizeof majors[0] || max < 128)
        return 0;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        size += item_put(out + size, majors[number], values[i]);
    size += item_put(out + size, ITEM_TEXT, 3);
    memcpy(out + size, "abc", 3);
    return size + 3;
}

// The head again, and it is the same.
static void head_again(const uint8_t *at, size_t size, uint32_t major, uint64_t value)
{
    uint8_t again[ITEM_HEAD_MAX];
    require(item_put(again, major, value) == size && memcmp(again, at, size) == 0);
}

static bool string_take(struct reading *r, uint32_t major)
{
    size_t length = 0;
    const size_t start = r->at;
    const uint8_t *at = string_get(r, major, STRING_MAX, &length);
    if (at == NULL)
        return false;
    require(length <= STRING_MAX && at + length == r->data + r->at);
    head_again(r->data + start, (size_t)(at - r->data) - start, major, length);
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + at[i]);
    return (sum & 0) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + (size == 0)); // exactly: the sanitizer sees overreads
    require(bytes != NULL);
    memcpy(bytes, data, size);
    struct reading r = {.data = bytes, .size = size};
    while (r.at < size) {
        const size_t start = r.at;
        const uint32_t major = bytes[start] >> 5;
        uint64_t value = 0;
        require(!item_get(&r, (major + 1) % 8, &value) && r.fault == ITEM_OTHER && r.at == start);
        if ((major == ITEM_BYTES || major == ITEM_TEXT) && string_take(&r, major))
            continue;
        require(r.at == start);
        if (!item_get(&r, major, &value)) {
            require(r.at == start && r.fault != ITEM_GOOD);
            break;
        }
        head_again(bytes + start, r.at - start, major, value);
    }
    free(bytes);
    return 0;
}

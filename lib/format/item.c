// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/item.h"

size_t item_put(uint8_t out[ITEM_HEAD_MAX], uint32_t major, uint64_t value)
{
    const uint8_t type = (uint8_t)(major << 5);
    size_t width = value < 24 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value >> 32 ? 8 : 4;
    static const uint8_t forms[] = {0, 24, 25, 0, 26, 0, 0, 0, 27};
    out[0] = type | (uint8_t)(width ? forms[width] : value);
    for (size_t i = 0; i < width; i++)
        out[1 + i] = (uint8_t)(value >> 8 * (width - 1 - i));
    return 1 + width;
}

static bool refused(struct reading *r, uint32_t fault)
{
    r->fault = fault;
    return false;
}

bool item_get(struct reading *r, uint32_t major, uint64_t *value)
{
    if (r->at == r->size)
        return refused(r, ITEM_SHORT);
    if (r->data[r->at] >> 5 != major)
        return refused(r, ITEM_OTHER);
    uint32_t form = r->data[r->at] & 31;
    if (form > 27)
        return refused(r, ITEM_FORM);
    size_t width = form < 24 ? 0 : (size_t)1 << (form - 24);
    if (width > r->size - r->at - 1)
        return refused(r, ITEM_SHORT);
    uint64_t v = width ? 0 : form;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | r->data[r->at + 1 + i];
    // A longer form than needed is another encoding of the same.
    if ((width == 1 && v < 24) || (width > 1 && v >> 8 * (width / 2) == 0))
        return refused(r, ITEM_FORM);
    r->at += 1 + width;
    *value = v;
    return true;
}

const uint8_t *string_get(struct reading *r, uint32_t major, size_t max, size_t *size)
{
    const size_t start = r->at;
    uint64_t length;
    if (!item_get(r, major, &length))
        return NULL;
    if (length > max || length > r->size - r->at) {
        r->at = start;
        r->fault = length > max ? ITEM_LARGE : ITEM_SHORT;
        return NULL;
    }
    const uint8_t *bytes = r->data + r->at;
    r->at += length;
    *size = length;
    return bytes;
}

void write_item(struct writer *w, uint32_t major, uint64_t value)
{
    uint8_t head[ITEM_HEAD_MAX];
    write_bytes(w, head, item_put(head, major, value));
}

void write_number(struct writer *w, uint32_t field, uint64_t value)
{
    write_item(w, ITEM_NUMBER, field);
    write_item(w, ITEM_NUMBER, value);
}

void write_string(struct writer *w, uint32_t field, uint32_t major, const void *at, size_t size)
{
    write_item(w, ITEM_NUMBER, field);
    write_item(w, major, size);
    write_bytes(w, at, size);
}

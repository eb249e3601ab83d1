// SPDX-License-Identifier: GPL-3.0-or-later
// Chains, the reading side: one entry. Each field has one encoding and one place, so what was read
// needs no second look at how it was written.
#include "format/chain_parts.h"

static uint32_t raw_refusal(const struct reading *r, size_t start)
{
    if (r->fault == ITEM_SHORT)
        return CHAIN_REFUSED_TRUNCATED;
    if (r->fault == ITEM_FORM)
        return CHAIN_REFUSED_NOT_DETERMINISTIC;
    if (r->fault == ITEM_LARGE)
        return CHAIN_REFUSED_RANGE;
    return start == 0 ? CHAIN_REFUSED_NOT_CHAIN : CHAIN_REFUSED_TRAILING;
}

uint32_t chain_raw_read(struct reading *r, struct chain_raw *out)
{
    const size_t start = r->at;
    uint64_t members;
    if (!item_get(r, ITEM_ARRAY, &members))
        return raw_refusal(r, start);
    if (members != 2)
        return start == 0 ? CHAIN_REFUSED_NOT_CHAIN : CHAIN_REFUSED_TRAILING;
    out->body.at = string_get(r, ITEM_BYTES, CHAIN_BODY_MAX, &out->body.size);
    if (out->body.at == NULL)
        return raw_refusal(r, start);
    // Half a signature is a signature that does not verify, however long it is.
    out->signature.at = string_get(r, ITEM_BYTES, SIZE_MAX, &out->signature.size);
    return out->signature.at == NULL ? raw_refusal(r, start) : CHAIN_GOOD;
}

// What is being read; the first refusal sticks.
struct body {
    struct reading at;
    uint32_t refusal;
    uint64_t fields; // still to come
};

static bool refuse(struct body *b, uint32_t refusal)
{
    if (b->refusal == CHAIN_GOOD)
        b->refusal = refusal;
    return false;
}

static bool refuse_item(struct body *b)
{
    if (b->at.fault == ITEM_FORM)
        return refuse(b, CHAIN_REFUSED_NOT_DETERMINISTIC);
    return refuse(b, b->at.fault == ITEM_LARGE ? CHAIN_REFUSED_RANGE : CHAIN_REFUSED_FIELD);
}

// Whether the next field is this one; then its key is taken.
static bool field_is(struct body *b, uint32_t field)
{
    const size_t start = b->at.at;
    uint64_t key;
    if (b->refusal != CHAIN_GOOD || b->fields == 0)
        return false;
    if (!item_get(&b->at, ITEM_NUMBER, &key))
        return refuse_item(b);
    if (key == field) {
        b->fields--;
        return true;
    }
    b->at.at = start;
    return false;
}

static bool field_must(struct body *b, uint32_t field)
{
    return field_is(b, field) || refuse(b, CHAIN_REFUSED_FIELD);
}

static uint64_t take_number(struct body *b, uint64_t max, uint32_t refusal)
{
    uint64_t value;
    if (!item_get(&b->at, ITEM_NUMBER, &value)) {
        refuse_item(b);
        return 0;
    }
    if (value > max) {
        refuse(b, refusal);
        return 0;
    }
    return value;
}

static void take_bytes(struct body *b, size_t least, size_t most, struct span *out)
{
    size_t size;
    const uint8_t *bytes = string_get(&b->at, ITEM_BYTES, most, &size);
    if (bytes == NULL)
        refuse_item(b);
    else if (size < least)
        refuse(b, CHAIN_REFUSED_RANGE);
    else
        *out = (struct span){bytes, size};
}

static void take_hash(struct body *b, uint8_t out[CHAIN_HASH])
{
    struct span bytes = {NULL, 0};
    take_bytes(b, CHAIN_HASH, CHAIN_HASH, &bytes);
    if (bytes.size != 0)
        memcpy(out, bytes.at, CHAIN_HASH);
}

static void take_name(struct body *b, char out[REGISTER_NAME + 1])
{
    size_t size;
    const uint8_t *text = string_get(&b->at, ITEM_TEXT, REGISTER_NAME, &size);
    if (text == NULL && b->at.fault == ITEM_LARGE)
        refuse(b, CHAIN_REFUSED_REGISTER_NAME);
    else if (text == NULL)
        refuse_item(b);
    else if (!register_name_good((const char *)text, size))
        refuse(b, CHAIN_REFUSED_REGISTER_NAME);
    else
        memcpy(out, text, size);
}

static void take_register(struct body *b, struct chain_entry *e)
{
    if (field_is(b, CHAIN_FIELD_REGISTER))
        take_name(b, e->name);
    if (field_is(b, CHAIN_FIELD_REGISTER_TYPE)) {
        e->type = (uint32_t)take_number(b, REGISTER_TYPE_LAST, CHAIN_REFUSED_REGISTER_TYPE);
        if (e->type == REGISTER_NONE)
            refuse(b, CHAIN_REFUSED_REGISTER_TYPE);
    }
    if (field_is(b, CHAIN_FIELD_VALUE)) // an empty value is left out
        take_bytes(b, 1, REGISTER_VALUE, &e->value);
}

static void take_fields(struct body *b, struct chain_entry *e)
{
    if (field_must(b, CHAIN_FIELD_SEQUENCE))
        e->sequence = take_number(b, UINT64_MAX, CHAIN_REFUSED_RANGE);
    if (field_must(b, CHAIN_FIELD_TIME))
        e->time = take_number(b, ((uint64_t)1 << CHAIN_TIME_BITS) - 1, CHAIN_REFUSED_RANGE);
    if (field_must(b, CHAIN_FIELD_PREVIOUS))
        take_hash(b, e->previous);
    if (field_must(b, CHAIN_FIELD_KEY_TYPE)) {
        e->key_type = (uint32_t)take_number(b, CHAIN_KEY_HYBRID, CHAIN_REFUSED_KEY_TYPE);
        if (e->key_type != CHAIN_KEY_HYBRID)
            refuse(b, CHAIN_REFUSED_KEY_TYPE);
    }
    if (field_is(b, CHAIN_FIELD_KEY))
        take_bytes(b, HYBRID_PUBLIC_SIZE, HYBRID_PUBLIC_SIZE, &e->key);
    if (field_must(b, CHAIN_FIELD_NEXT))
        take_hash(b, e->next);
    if (field_must(b, CHAIN_FIELD_RECOVERY))
        take_hash(b, e->recovery);
    if (field_must(b, CHAIN_FIELD_OPERATION)) {
        e->operation = (uint32_t)take_number(b, CHAIN_OPERATION_LAST, CHAIN_REFUSED_OPERATION);
        if (e->operation == 0)
            refuse(b, CHAIN_REFUSED_OPERATION);
    }
    take_register(b, e);
    if (b->fields != 0)
        refuse(b, CHAIN_REFUSED_FIELD);
    if (b->at.at != b->at.size)
        refuse(b, CHAIN_REFUSED_INSIDE);
}

// Whether the operation and what it is about go together.
static uint32_t about_what(const struct chain_entry *e)
{
    const bool itself = e->operation == CHAIN_CREATE;
    const bool either = e->operation == CHAIN_CLAIM || e->operation == CHAIN_REVOKE;
    if (e->name[0] != '\0') {
        if (itself)
            return CHAIN_REFUSED_OTHER_REGISTER;
        return e->type == REGISTER_NONE ? CHAIN_REFUSED_FIELD : CHAIN_GOOD;
    }
    if (!itself && !either)
        return CHAIN_REFUSED_NO_REGISTER;
    return e->type != REGISTER_NONE || e->value.size != 0 ? CHAIN_REFUSED_OTHER_REGISTER
                                                          : CHAIN_GOOD;
}

uint32_t chain_body_parse(struct span body, struct chain_entry *out)
{
    struct body b = {
        .at = {.data = body.at, .size = body.size}
    };
    memset(out, 0, sizeof *out);
    if (!item_get(&b.at, ITEM_MAP, &b.fields))
        refuse_item(&b);
    else
        take_fields(&b, out);
    return b.refusal != CHAIN_GOOD ? b.refusal : about_what(out);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence, the reading side. Fields are taken in the one order that there is; afterwards the value
// is encoded anew and must give the bytes that were read.
#include "format/evidence.h"

#include <cbor.h>
#include <string.h>

#include "format/evidence_parts.h"

// What is being read. The first fault sticks; after it every take_* answers false.
struct taker {
    CborValue at;
    struct evidence_check check;
    uint32_t field; // being read
};

static bool fail(struct taker *t, uint32_t fault)
{
    if (t->check.fault == EVIDENCE_GOOD)
        t->check = (struct evidence_check){fault, t->field};
    return false;
}

// What the library says, as one of our faults.
static bool fail_cbor(struct taker *t, CborError error)
{
    if (error == CborErrorUnexpectedEOF || error == CborErrorAdvancePastEOF)
        return fail(t, EVIDENCE_TRUNCATED);
    if (error == CborErrorUnknownLength)
        return fail(t, EVIDENCE_NOT_DETERMINISTIC);
    return fail(t, t->field ? EVIDENCE_FIELD : EVIDENCE_NOT_ENVELOPE);
}

static bool step(struct taker *t, CborError error)
{
    return error == CborNoError || fail_cbor(t, error);
}

static bool take_uint(struct taker *t, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (t->check.fault)
        return false;
    if (cbor_value_at_end(&t->at) || !cbor_value_is_unsigned_integer(&t->at))
        return fail(t, EVIDENCE_FIELD);
    if (!step(t, cbor_value_get_uint64(&t->at, &value)))
        return false;
    if (value > max)
        return fail(t, EVIDENCE_RANGE);
    *out = value;
    return step(t, cbor_value_advance_fixed(&t->at));
}

static bool take_u32(struct taker *t, uint32_t *out)
{
    uint64_t value = 0;
    if (!take_uint(t, UINT32_MAX, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

// A byte or text string in one piece; `data` points into what is read.
static bool take_string(struct taker *t, CborType type, const void **data, size_t *length)
{
    if (t->check.fault)
        return false;
    if (cbor_value_at_end(&t->at) || cbor_value_get_type(&t->at) != type)
        return fail(t, t->field ? EVIDENCE_FIELD : EVIDENCE_NOT_ENVELOPE);
    if (!cbor_value_is_length_known(&t->at))
        return fail(t, EVIDENCE_NOT_DETERMINISTIC);
    if (!step(t, cbor_value_begin_string_iteration(&t->at)))
        return false;
    if (type == CborTextStringType) {
        const char *text = NULL;
        if (!step(t, cbor_value_get_text_string_chunk(&t->at, &text, length, &t->at)))
            return false;
        *data = text;
    } else {
        const uint8_t *bytes = NULL;
        if (!step(t, cbor_value_get_byte_string_chunk(&t->at, &bytes, length, &t->at)))
            return false;
        *data = bytes;
    }
    return step(t, cbor_value_finish_string_iteration(&t->at));
}

static bool take_fixed(struct taker *t, uint8_t *out, size_t size)
{
    const void *data = NULL;
    size_t length = 0;
    if (!take_string(t, CborByteStringType, &data, &length))
        return false;
    if (length != size)
        return fail(t, EVIDENCE_RANGE);
    memcpy(out, data, size);
    return true;
}

static bool take_text(struct taker *t, struct evidence_name *out)
{
    const void *data = NULL;
    if (!take_string(t, CborTextStringType, &data, &out->length))
        return false;
    out->text = data;
    return true;
}

// Enter an array; `count` 0 accepts any length up to `max` and reports it.
static bool array_enter(struct taker *t, size_t count, size_t max, struct taker *inner,
                        size_t *found)
{
    size_t length = 0;
    if (t->check.fault)
        return false;
    if (cbor_value_at_end(&t->at) || !cbor_value_is_array(&t->at))
        return fail(t, t->field ? EVIDENCE_FIELD : EVIDENCE_NOT_ENVELOPE);
    if (!step(t, cbor_value_get_array_length(&t->at, &length)))
        return false;
    if ((count && length != count) || length > max)
        return fail(t, t->field ? EVIDENCE_RANGE : EVIDENCE_NOT_ENVELOPE);
    inner->check = t->check;
    inner->field = t->field;
    if (found)
        *found = length;
    return step(t, cbor_value_enter_container(&t->at, &inner->at));
}

static bool array_leave(struct taker *t, struct taker *inner)
{
    if (!inner->check.fault && !cbor_value_at_end(&inner->at))
        fail(inner, EVIDENCE_FIELD);
    t->check = inner->check;
    return !t->check.fault && step(t, cbor_value_leave_container(&t->at, &inner->at));
}

// The key of the next field must be `field`.
static bool field_begin(struct taker *t, uint32_t field)
{
    uint64_t key = 0;
    if (t->check.fault)
        return false;
    t->field = field;
    if (!take_uint(t, UINT64_MAX, &key))
        return false;
    return key == field || fail(t, EVIDENCE_FIELD);
}

static void take_entropy(struct taker *t, struct evidence *e)
{
    struct taker in;
    if (!array_enter(t, 3, 3, &in, NULL))
        return;
    take_u32(&in, &e->entropy_passed);
    take_u32(&in, &e->entropy_failed);
    if (!in.check.fault) {
        if (cbor_value_at_end(&in.at) || !cbor_value_is_boolean(&in.at))
            fail(&in, EVIDENCE_FIELD);
        else if (step(&in, cbor_value_get_boolean(&in.at, &e->entropy_test)))
            step(&in, cbor_value_advance_fixed(&in.at));
    }
    array_leave(t, &in);
}

static void take_app(struct taker *t, struct evidence *e)
{
    struct taker in;
    if (!array_enter(t, 3, 3, &in, NULL))
        return;
    take_text(&in, &e->app);
    take_fixed(&in, e->publisher, sizeof e->publisher);
    take_text(&in, &e->app_id);
    array_leave(t, &in);
}

static void take_signatures(struct taker *t, struct evidence *e)
{
    struct taker list, one;
    size_t count = 0;
    if (!array_enter(t, 0, EVIDENCE_SIGNATURES, &list, &count))
        return;
    for (size_t i = 0; i < count && !list.check.fault; i++) {
        struct evidence_signature *s = &e->signatures[i];
        const void *bytes = NULL;
        if (!array_enter(&list, 2, 2, &one, NULL))
            break;
        take_u32(&one, &s->input);
        take_string(&one, CborByteStringType, &bytes, &s->length);
        s->bytes = bytes;
        array_leave(&list, &one);
    }
    e->signature_count = (uint32_t)count;
    array_leave(t, &list);
}

static void take_result(struct taker *map, struct evidence *e)
{
    if (field_begin(map, EVIDENCE_FIELD_APP))
        take_app(map, e);
    if (field_begin(map, EVIDENCE_FIELD_REQUEST))
        take_fixed(map, e->request, sizeof e->request);
    if (field_begin(map, EVIDENCE_FIELD_NONCE))
        take_fixed(map, e->nonce, sizeof e->nonce);
    if (field_begin(map, EVIDENCE_FIELD_TEXT))
        take_text(map, &e->text);
    if (field_begin(map, EVIDENCE_FIELD_SIGNATURES))
        take_signatures(map, e);
}

static void take_journal(struct taker *map, struct evidence *e)
{
    struct evidence_journal *j = &e->journal;
    if (field_begin(map, EVIDENCE_FIELD_NONCE))
        take_fixed(map, e->nonce, sizeof e->nonce);
    if (field_begin(map, EVIDENCE_FIELD_BOOT_ID))
        take_fixed(map, j->boot_id, sizeof j->boot_id);
    if (field_begin(map, EVIDENCE_FIELD_FIRST))
        take_uint(map, UINT64_MAX, &j->first);
    if (field_begin(map, EVIDENCE_FIELD_COUNT))
        take_uint(map, UINT64_MAX, &j->count);
    if (field_begin(map, EVIDENCE_FIELD_BEFORE))
        take_fixed(map, j->before, sizeof j->before);
    if (field_begin(map, EVIDENCE_FIELD_LAST_HASH))
        take_fixed(map, j->last, sizeof j->last);
    if (field_begin(map, EVIDENCE_FIELD_TIME))
        take_uint(map, UINT64_MAX, &j->time);
}

static void take_payload(struct taker *map, struct evidence *e)
{
    if (field_begin(map, EVIDENCE_FIELD_TYPE) && take_u32(map, &e->type) &&
        e->type != EVIDENCE_SIGNATURE_RESULT && e->type != EVIDENCE_JOURNAL)
        fail(map, EVIDENCE_UNKNOWN_TYPE);
    if (field_begin(map, EVIDENCE_FIELD_DEVICE_KEY))
        take_fixed(map, e->device_key, sizeof e->device_key);
    if (field_begin(map, EVIDENCE_FIELD_BUNDLE))
        take_fixed(map, e->bundle, sizeof e->bundle);
    if (field_begin(map, EVIDENCE_FIELD_PROFILE))
        take_text(map, &e->profile);
    if (field_begin(map, EVIDENCE_FIELD_VERSION))
        take_text(map, &e->version);
    if (field_begin(map, EVIDENCE_FIELD_ENTRY))
        take_u32(map, &e->entry);
    if (field_begin(map, EVIDENCE_FIELD_SECURE_BOOT))
        take_u32(map, &e->secure_boot);
    if (field_begin(map, EVIDENCE_FIELD_ENTROPY))
        take_entropy(map, e);
    if (field_begin(map, EVIDENCE_FIELD_SEQUENCE))
        take_uint(map, UINT64_MAX, &e->sequence);
    (e->type == EVIDENCE_JOURNAL ? take_journal : take_result)(map, e);
}
// The payload is a map of exactly the known fields, and nothing follows it.
static bool payload_parse(const uint8_t *data, size_t len, struct evidence *e,
                          struct evidence_check *check)
{
    CborParser parser;
    struct taker top = {.field = 0}, map = {.field = 0};
    if (step(&top, cbor_parser_init(data, len, 0, &parser, &top.at))) {
        if (!cbor_value_is_map(&top.at))
            fail(&top, EVIDENCE_NOT_ENVELOPE);
        else if (!cbor_value_is_length_known(&top.at))
            fail(&top, EVIDENCE_NOT_DETERMINISTIC);
        else if (step(&top, cbor_value_enter_container(&top.at, &map.at))) {
            take_payload(&map, e);
            map.field = EVIDENCE_FIELD_LAST + 1; // what may still be there is a field too many
            array_leave(&top, &map);
        }
    }
    if (!top.check.fault && cbor_value_get_next_byte(&top.at) != data + len)
        fail(&top, EVIDENCE_TRAILING);
    *check = top.check;
    return !top.check.fault;
}

struct envelope {
    const uint8_t *payload, *signature;
    size_t payload_len, signature_len;
};

static void take_envelope(struct taker *top, struct envelope *out)
{
    struct taker in;
    const void *protected = NULL, *payload = NULL, *signature = NULL;
    size_t length = 0, fields = 0;
    CborTag tag = 0;
    if (!cbor_value_is_tag(&top->at)) {
        fail(top, EVIDENCE_NOT_ENVELOPE);
        return;
    }
    if (!step(top, cbor_value_get_tag(&top->at, &tag)))
        return;
    if (tag != CborCOSE_Sign1Tag) {
        fail(top, EVIDENCE_NOT_ENVELOPE);
        return;
    }
    if (!step(top, cbor_value_advance_fixed(&top->at)) || !array_enter(top, 4, 4, &in, NULL))
        return;
    if (take_string(&in, CborByteStringType, &protected, &length) &&
        (length != EVIDENCE_PROTECTED || memcmp(protected, evidence_protected, length) != 0))
        fail(&in, EVIDENCE_HEADERS);
    if (!in.check.fault) {
        if (cbor_value_at_end(&in.at) || !cbor_value_is_map(&in.at))
            fail(&in, EVIDENCE_NOT_ENVELOPE);
        else if (step(&in, cbor_value_get_map_length(&in.at, &fields)) && fields != 0)
            fail(&in, EVIDENCE_HEADERS);
        else if (!in.check.fault)
            step(&in, cbor_value_advance(&in.at));
    }
    if (take_string(&in, CborByteStringType, &payload, &out->payload_len) &&
        take_string(&in, CborByteStringType, &signature, &out->signature_len) &&
        out->signature_len != SIGN_SIZE)
        fail(&in, EVIDENCE_NOT_ENVELOPE);
    out->payload = payload;
    out->signature = signature;
    array_leave(top, &in);
}

static bool envelope_parse(const uint8_t *data, size_t len, struct envelope *out,
                           struct evidence_check *check)
{
    CborParser parser;
    struct taker top = {.field = 0};
    if (step(&top, cbor_parser_init(data, len, 0, &parser, &top.at)))
        take_envelope(&top, out);
    if (!top.check.fault && cbor_value_get_next_byte(&top.at) != data + len)
        fail(&top, EVIDENCE_TRAILING);
    *check = top.check;
    return !top.check.fault;
}

// Parse, make the encoding anew, compare. Leaves the message to verify in work->message.
static err_t evidence_read(const uint8_t *data, size_t len, struct evidence_work *work,
                           struct evidence *e, struct envelope *envelope, size_t *message,
                           struct evidence_check *check)
{
    size_t payload = 0, anew = 0;
    *check = (struct evidence_check){EVIDENCE_SIZE, 0};
    if (len > EVIDENCE_MAX)
        return ERR_BAD_DATA;
    if (!envelope_parse(data, len, envelope, check) ||
        !payload_parse(envelope->payload, envelope->payload_len, e, check))
        return ERR_BAD_DATA;
    uint32_t bad = evidence_field_bad(e);
    if (bad) {
        *check = (struct evidence_check){EVIDENCE_RANGE, bad};
        return ERR_BAD_DATA;
    }
    // The whole envelope is compared first, in work->message, which then takes what was signed.
    *check = (struct evidence_check){EVIDENCE_NOT_DETERMINISTIC, 0};
    if (evidence_message(e, work, &payload, message) ||
        evidence_envelope(work->payload, payload, envelope->signature, work->message,
                          sizeof work->message, &anew) ||
        anew != len || memcmp(work->message, data, len) != 0 ||
        evidence_message(e, work, &payload, message))
        return ERR_BAD_DATA;
    *check = (struct evidence_check){EVIDENCE_GOOD, 0};
    return ERR_OK;
}

err_t evidence_parse(const uint8_t *data, size_t len, struct evidence_work *work,
                     struct evidence *out, struct evidence_check *check)
{
    struct envelope envelope = {0};
    size_t message = 0;
    struct evidence *e = &work->parsed;
    memset(e, 0, sizeof *e);
    err_t err = evidence_read(data, len, work, e, &envelope, &message, check);
    if (!err)
        *out = *e;
    return err;
}

err_t evidence_verify(const uint8_t *data, size_t len, struct evidence_work *work,
                      struct evidence *out, struct evidence_check *check)
{
    struct envelope envelope = {0};
    size_t message = 0;
    struct evidence *e = &work->parsed;
    memset(e, 0, sizeof *e);
    err_t err = evidence_read(data, len, work, e, &envelope, &message, check);
    if (err)
        return err;
    if (sign_check(e->device_key, work->message, message, envelope.signature)) {
        *check = (struct evidence_check){EVIDENCE_SIGNATURE_WRONG, 0};
        return ERR_BAD_SIGNATURE;
    }
    *out = *e;
    return ERR_OK;
}

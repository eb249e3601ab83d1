// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence, the writing side: payload (deterministic CBOR, RFC 8949 section 4.2.1), Sig_structure
// (RFC 9052 section 4.4) and envelope (COSE_Sign1, section 4.2). Field numbers are below 24 and
// written in rising order, which is the order of their encoded forms; tinycbor writes the shortest
// form of every number and length.
#include "format/evidence.h"

#include <cbor.h>
#include <string.h>

#include "abi/boot_info.h"
#include "crypto/sign.h"
#include "format/evidence_parts.h"

// {1: -8}: algorithm EdDSA (RFC 9053 section 2.2; negative integers carry -1 - n).
const uint8_t evidence_protected[EVIDENCE_PROTECTED] = {0xa1, 0x01, 0x20 | 7};

// A map or array under way: the first error sticks.
struct writer {
    CborEncoder at;
    CborError error;
};

static void put(struct writer *w, CborError error)
{
    if (w->error == CborNoError)
        w->error = error;
}

static void put_uint(struct writer *w, uint64_t value)
{
    put(w, cbor_encode_uint(&w->at, value));
}

static void put_bytes(struct writer *w, const uint8_t *bytes, size_t length)
{
    put(w, cbor_encode_byte_string(&w->at, bytes, length));
}

static void put_text(struct writer *w, const struct evidence_name *name)
{
    put(w, cbor_encode_text_string(&w->at, name->text, name->length));
}

static void array_open(struct writer *w, struct writer *inner, size_t count)
{
    inner->error = CborNoError;
    put(w, cbor_encoder_create_array(&w->at, &inner->at, count));
}

static void array_close(struct writer *w, struct writer *inner)
{
    put(w, inner->error);
    put(w, cbor_encoder_close_container(&w->at, &inner->at));
}

static bool text_good(const struct evidence_name *name, size_t max, bool lines)
{
    if (name->length == 0 || name->length > max)
        return false;
    for (size_t i = 0; i < name->length; i++) {
        char c = name->text[i];
        if (!(c >= ' ' && c <= '~') && !(lines && c == '\n'))
            return false;
    }
    return true;
}

// Of a signature result, and of a log's head: as evidence_field_bad.
static uint32_t result_field_bad(const struct evidence *e)
{
    if (!text_good(&e->app, EVIDENCE_NAME, false) || !text_good(&e->app_id, EVIDENCE_NAME, false))
        return EVIDENCE_FIELD_APP;
    if (!text_good(&e->text, EVIDENCE_TEXT, true))
        return EVIDENCE_FIELD_TEXT;
    if (e->signature_count == 0 || e->signature_count > EVIDENCE_SIGNATURES)
        return EVIDENCE_FIELD_SIGNATURES;
    for (uint32_t i = 0; i < e->signature_count; i++) {
        const struct evidence_signature *s = &e->signatures[i];
        if (s->length == 0 || s->length > EVIDENCE_SIGNATURE)
            return EVIDENCE_FIELD_SIGNATURES;
        if (i > 0 && s->input <= s[-1].input) // rising, so there is one order and no repetition
            return EVIDENCE_FIELD_SIGNATURES;
    }
    return 0;
}

static uint32_t journal_field_bad(const struct evidence_journal *j)
{
    if (j->first == 0)
        return EVIDENCE_FIELD_FIRST;
    return j->count == 0 || j->count > UINT64_MAX - j->first ? EVIDENCE_FIELD_COUNT : 0;
}

// The number of the first field whose value is out of range, 0 if there is none.
uint32_t evidence_field_bad(const struct evidence *e)
{
    if (e->type != EVIDENCE_SIGNATURE_RESULT && e->type != EVIDENCE_JOURNAL)
        return EVIDENCE_FIELD_TYPE;
    if (!text_good(&e->profile, EVIDENCE_NAME, false))
        return EVIDENCE_FIELD_PROFILE;
    if (!text_good(&e->version, EVIDENCE_NAME, false))
        return EVIDENCE_FIELD_VERSION;
    if (e->entry < BOOT_UEFI || e->entry > BOOT_DIRECT)
        return EVIDENCE_FIELD_ENTRY;
    if (e->secure_boot > BOOT_SECURE_NONE)
        return EVIDENCE_FIELD_SECURE_BOOT;
    if (e->sequence == 0)
        return EVIDENCE_FIELD_SEQUENCE;
    return e->type == EVIDENCE_JOURNAL ? journal_field_bad(&e->journal) : result_field_bad(e);
}
static void put_system(struct writer *map, const struct evidence *e)
{
    put_uint(map, EVIDENCE_FIELD_TYPE);
    put_uint(map, e->type);
    put_uint(map, EVIDENCE_FIELD_DEVICE_KEY);
    put_bytes(map, e->device_key, sizeof e->device_key);
    put_uint(map, EVIDENCE_FIELD_BUNDLE);
    put_bytes(map, e->bundle, sizeof e->bundle);
    put_uint(map, EVIDENCE_FIELD_PROFILE);
    put_text(map, &e->profile);
    put_uint(map, EVIDENCE_FIELD_VERSION);
    put_text(map, &e->version);
    put_uint(map, EVIDENCE_FIELD_ENTRY);
    put_uint(map, e->entry);
    put_uint(map, EVIDENCE_FIELD_SECURE_BOOT);
    put_uint(map, e->secure_boot);
    put_uint(map, EVIDENCE_FIELD_ENTROPY);
    struct writer entropy;
    array_open(map, &entropy, 3);
    put_uint(&entropy, e->entropy_passed);
    put_uint(&entropy, e->entropy_failed);
    put(&entropy, cbor_encode_boolean(&entropy.at, e->entropy_test));
    array_close(map, &entropy);
    put_uint(map, EVIDENCE_FIELD_SEQUENCE);
    put_uint(map, e->sequence);
}

static void put_result(struct writer *map, const struct evidence *e)
{
    struct writer app, list, one;
    put_uint(map, EVIDENCE_FIELD_APP);
    array_open(map, &app, 3);
    put_text(&app, &e->app);
    put_bytes(&app, e->publisher, sizeof e->publisher);
    put_text(&app, &e->app_id);
    array_close(map, &app);
    put_uint(map, EVIDENCE_FIELD_REQUEST);
    put_bytes(map, e->request, sizeof e->request);
    put_uint(map, EVIDENCE_FIELD_NONCE);
    put_bytes(map, e->nonce, sizeof e->nonce);
    put_uint(map, EVIDENCE_FIELD_TEXT);
    put_text(map, &e->text);
    put_uint(map, EVIDENCE_FIELD_SIGNATURES);
    array_open(map, &list, e->signature_count);
    for (uint32_t i = 0; i < e->signature_count; i++) {
        array_open(&list, &one, 2);
        put_uint(&one, e->signatures[i].input);
        put_bytes(&one, e->signatures[i].bytes, e->signatures[i].length);
        array_close(&list, &one);
    }
    array_close(map, &list);
}

static void put_journal(struct writer *map, const struct evidence *e)
{
    const struct evidence_journal *j = &e->journal;
    put_uint(map, EVIDENCE_FIELD_NONCE);
    put_bytes(map, e->nonce, sizeof e->nonce);
    put_uint(map, EVIDENCE_FIELD_BOOT_ID);
    put_bytes(map, j->boot_id, sizeof j->boot_id);
    put_uint(map, EVIDENCE_FIELD_FIRST);
    put_uint(map, j->first);
    put_uint(map, EVIDENCE_FIELD_COUNT);
    put_uint(map, j->count);
    put_uint(map, EVIDENCE_FIELD_BEFORE);
    put_bytes(map, j->before, sizeof j->before);
    put_uint(map, EVIDENCE_FIELD_LAST_HASH);
    put_bytes(map, j->last, sizeof j->last);
    put_uint(map, EVIDENCE_FIELD_TIME);
    put_uint(map, j->time);
}

enum { FIELDS_SYSTEM = 9, FIELDS_RESULT = 5, FIELDS_JOURNAL = 7 };

// The payload. Errors: TOO_SMALL.
static err_t payload_encode(const struct evidence *e, uint8_t out[EVIDENCE_MAX], size_t *len)
{
    struct writer top = {.error = CborNoError}, map = {.error = CborNoError};
    cbor_encoder_init(&top.at, out, EVIDENCE_MAX, 0);
    bool journal = e->type == EVIDENCE_JOURNAL;
    put(&top, cbor_encoder_create_map(&top.at, &map.at,
                                      FIELDS_SYSTEM + (journal ? FIELDS_JOURNAL : FIELDS_RESULT)));
    put_system(&map, e);
    (journal ? put_journal : put_result)(&map, e);
    put(&top, map.error);
    put(&top, cbor_encoder_close_container(&top.at, &map.at));
    if (top.error != CborNoError)
        return ERR_TOO_SMALL;
    *len = cbor_encoder_get_buffer_size(&top.at, out);
    return ERR_OK;
}

err_t evidence_message(const struct evidence *e, struct evidence_work *work, size_t *payload,
                       size_t *message)
{
    struct writer top = {.error = CborNoError}, array;
    size_t length = 0;
    err_t err = payload_encode(e, work->payload, &length);
    if (err)
        return err;
    cbor_encoder_init(&top.at, work->message, sizeof work->message, 0);
    array_open(&top, &array, 4);
    put(&array, cbor_encode_text_stringz(&array.at, "Signature1"));
    put_bytes(&array, evidence_protected, EVIDENCE_PROTECTED);
    put_bytes(&array, evidence_protected, 0); // no external data
    put_bytes(&array, work->payload, length);
    array_close(&top, &array);
    if (top.error != CborNoError)
        return ERR_TOO_SMALL;
    *payload = length;
    *message = cbor_encoder_get_buffer_size(&top.at, work->message);
    return ERR_OK;
}

err_t evidence_envelope(const uint8_t *payload, size_t payload_len,
                        const uint8_t signature[SIGN_SIZE], uint8_t *out, size_t cap, size_t *len)
{
    struct writer top = {.error = CborNoError}, array, empty;
    cbor_encoder_init(&top.at, out, cap, 0);
    put(&top, cbor_encode_tag(&top.at, CborCOSE_Sign1Tag));
    array_open(&top, &array, 4);
    put_bytes(&array, evidence_protected, EVIDENCE_PROTECTED);
    empty.error = CborNoError;
    put(&array, cbor_encoder_create_map(&array.at, &empty.at, 0));
    array_close(&array, &empty);
    put_bytes(&array, payload, payload_len);
    put_bytes(&array, signature, SIGN_SIZE);
    array_close(&top, &array);
    if (top.error != CborNoError)
        return ERR_TOO_SMALL;
    *len = cbor_encoder_get_buffer_size(&top.at, out);
    return ERR_OK;
}

err_t evidence_sign(const struct evidence *e, const uint8_t seed[32], struct evidence_work *work,
                    uint8_t *out, size_t cap, size_t *len)
{
    uint8_t signature[SIGN_SIZE], key[SIGN_PUBLIC_SIZE];
    size_t payload = 0, message = 0;
    if (evidence_field_bad(e))
        return ERR_BAD_ARGUMENT;
    err_t err = sign_public(seed, key);
    if (err)
        return err;
    if (memcmp(key, e->device_key, sizeof key) != 0)
        return ERR_BAD_SIGNATURE;
    err = evidence_message(e, work, &payload, &message);
    if (err)
        return err;
    err = sign_make(seed, work->message, message, signature);
    if (err)
        return err;
    return evidence_envelope(work->payload, payload, signature, out, cap, len);
}

const char *evidence_sentence(uint32_t fault)
{
    static const char *const sentences[EVIDENCE_FAULT_COUNT] = {
        [EVIDENCE_GOOD] = "the evidence is well formed",
        [EVIDENCE_TRUNCATED] = "the evidence ends too early: fetch it again",
        [EVIDENCE_NOT_ENVELOPE] = "this is not evidence (a tagged COSE_Sign1 envelope with all its "
                                  "parts): check which file this is",
        [EVIDENCE_HEADERS] =
            "the envelope's headers are not those of evidence (Ed25519 and nothing "
            "else): do not rely on it",
        [EVIDENCE_UNKNOWN_TYPE] = "this type of evidence is unknown here: use a newer verifier",
        [EVIDENCE_FIELD] = "a field is missing, unknown, out of order or of the wrong kind: do not "
                           "rely on it",
        [EVIDENCE_RANGE] = "a field's value is out of range: do not rely on it",
        [EVIDENCE_NOT_DETERMINISTIC] =
            "the evidence is not encoded in the one permitted way: do not "
            "rely on it",
        [EVIDENCE_TRAILING] = "something follows the evidence: cut it off or do not rely on it",
        [EVIDENCE_SIGNATURE_WRONG] =
            "the signature does not verify with the device key inside: the "
            "evidence was altered, do not rely on it",
        [EVIDENCE_SIZE] = "this is larger than any evidence: check which file this is",
    };
    return fault < EVIDENCE_FAULT_COUNT ? sentences[fault] : "unknown fault";
}

const char *evidence_field_name(uint32_t field)
{
    static const char *const names[EVIDENCE_FIELD_LAST + 2] = {
        [0] = "the whole",
        [EVIDENCE_FIELD_TYPE] = "type",
        [EVIDENCE_FIELD_DEVICE_KEY] = "device key",
        [EVIDENCE_FIELD_BUNDLE] = "bundle digest",
        [EVIDENCE_FIELD_PROFILE] = "profile",
        [EVIDENCE_FIELD_VERSION] = "version",
        [EVIDENCE_FIELD_ENTRY] = "entry",
        [EVIDENCE_FIELD_SECURE_BOOT] = "Secure Boot",
        [EVIDENCE_FIELD_ENTROPY] = "entropy",
        [EVIDENCE_FIELD_SEQUENCE] = "sequence",
        [EVIDENCE_FIELD_APP] = "app",
        [EVIDENCE_FIELD_REQUEST] = "request hash",
        [EVIDENCE_FIELD_NONCE] = "nonce",
        [EVIDENCE_FIELD_TEXT] = "text",
        [EVIDENCE_FIELD_SIGNATURES] = "signatures",
        [EVIDENCE_FIELD_BOOT_ID] = "boot id",
        [EVIDENCE_FIELD_FIRST] = "first entry",
        [EVIDENCE_FIELD_COUNT] = "number of entries",
        [EVIDENCE_FIELD_BEFORE] = "hash before the first entry",
        [EVIDENCE_FIELD_LAST_HASH] = "hash of the last entry",
        [EVIDENCE_FIELD_TIME] = "time",
        [EVIDENCE_FIELD_LAST + 1] = "a field after the last",
    };
    return field <= EVIDENCE_FIELD_LAST + 1 && names[field] ? names[field] : "an unknown field";
}

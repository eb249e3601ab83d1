// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/journal.h"
#include "crypto/hash.h"
#include "format/item.h"
#include <string.h>

static bool text_good(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return true;
}

static void text_copy(char *out, size_t max, const void *text, size_t size)
{
    const char *from = text;
    size_t n = 0;
    for (; n < max && n < size && from[n] != '\0'; n++)
        out[n] = from[n];
    for (size_t i = 0; i < n; i++)
        if (!text_good(out + i, 1))
            out[i] = '?';
    out[n] = '\0';
}

void journal_text(struct journal_entry *e, const void *text, size_t size)
{
    e->present |= 1u << JOURNAL_TEXT;
    text_copy(e->text, JOURNAL_TEXT_MAX, text, size);
}

void journal_who(struct journal_entry *e, const void *name, size_t size)
{
    text_copy(e->who, JOURNAL_NAME, name, size);
}

static bool entry_good(const struct journal_entry *e)
{
    size_t who = strnlen(e->who, sizeof e->who), text = strnlen(e->text, sizeof e->text);
    return e->sequence > 0 && e->kind > 0 && e->kind < JOURNAL_KIND_COUNT && who <= JOURNAL_NAME &&
           text_good(e->who, who) && (e->present & 1) == 0 &&
           e->present >> JOURNAL_FIELD_COUNT == 0 &&
           ((e->present >> JOURNAL_TEXT & 1) == 0 ||
            (text <= JOURNAL_TEXT_MAX && text_good(e->text, text)));
}

struct writing {
    uint8_t *out;
    size_t size;
};

static void put_item(struct writing *w, uint32_t major, uint64_t value)
{
    w->size += item_put(w->out + w->size, major, value);
}

static void put_string(struct writing *w, uint32_t major, const void *bytes, size_t size)
{
    put_item(w, major, size);
    memcpy(w->out + w->size, bytes, size);
    w->size += size;
}

static void put_fields(struct writing *w, const struct journal_entry *e)
{
    put_item(w, ITEM_MAP, (uint64_t)__builtin_popcount(e->present));
    for (uint32_t field = 1; field < JOURNAL_FIELD_COUNT; field++) {
        if ((e->present >> field & 1) == 0)
            continue;
        put_item(w, ITEM_NUMBER, field);
        if (field == JOURNAL_TEXT)
            put_string(w, ITEM_TEXT, e->text, strlen(e->text));
        else if (field == JOURNAL_DIGEST)
            put_string(w, ITEM_BYTES, e->digest, sizeof e->digest);
        else
            put_item(w, ITEM_NUMBER, e->number[field]);
    }
}

err_t journal_entry_put(const struct journal_entry *e, uint8_t out[JOURNAL_ENTRY_MAX], size_t *size)
{
    struct writing w = {.out = out};
    if (!entry_good(e))
        return ERR_BAD_ARGUMENT;
    put_item(&w, ITEM_ARRAY, 5);
    put_item(&w, ITEM_NUMBER, e->sequence);
    put_item(&w, ITEM_NUMBER, e->time);
    put_item(&w, ITEM_NUMBER, e->kind);
    put_string(&w, ITEM_TEXT, e->who, strlen(e->who));
    put_fields(&w, e);
    *size = w.size;
    return ERR_OK;
}

static bool field_get(struct reading *r, struct journal_entry *e, uint32_t field)
{
    const uint8_t *bytes;
    size_t size;
    e->present |= 1u << field;
    if (field == JOURNAL_TEXT) {
        bytes = string_get(r, ITEM_TEXT, JOURNAL_TEXT_MAX, &size);
        if (bytes)
            memcpy(e->text, bytes, size); // the zero behind it is there
        return bytes && strlen(e->text) == size;
    }
    if (field == JOURNAL_DIGEST) {
        bytes = string_get(r, ITEM_BYTES, JOURNAL_DIGEST_SIZE, &size);
        if (!bytes || size != JOURNAL_DIGEST_SIZE)
            return false;
        memcpy(e->digest, bytes, size);
        return true;
    }
    return item_get(r, ITEM_NUMBER, &e->number[field]);
}

static bool fields_get(struct reading *r, struct journal_entry *e)
{
    uint64_t count, field, last = 0;
    if (!item_get(r, ITEM_MAP, &count) || count >= JOURNAL_FIELD_COUNT)
        return false;
    for (uint64_t i = 0; i < count; i++, last = field)
        if (!item_get(r, ITEM_NUMBER, &field) || field <= last || field >= JOURNAL_FIELD_COUNT ||
            !field_get(r, e, (uint32_t)field))
            return false;
    return true;
}

err_t journal_entry_get(const uint8_t *data, size_t size, struct journal_entry *out)
{
    struct reading r = {.data = data, .size = size};
    struct journal_entry e = {0};
    uint64_t members, kind;
    size_t length;
    if (!item_get(&r, ITEM_ARRAY, &members) || members != 5 ||
        !item_get(&r, ITEM_NUMBER, &e.sequence) || !item_get(&r, ITEM_NUMBER, &e.time) ||
        !item_get(&r, ITEM_NUMBER, &kind) || kind >= JOURNAL_KIND_COUNT)
        return ERR_BAD_DATA;
    e.kind = (uint32_t)kind;
    const uint8_t *who = string_get(&r, ITEM_TEXT, JOURNAL_NAME, &length);
    if (!who)
        return ERR_BAD_DATA;
    memcpy(e.who, who, length);
    if (strlen(e.who) != length || !fields_get(&r, &e) || r.at != size || !entry_good(&e))
        return ERR_BAD_DATA;
    *out = e;
    return ERR_OK;
}

void journal_chain_start(const uint8_t boot_id[JOURNAL_BOOT_ID], uint8_t hash[JOURNAL_HASH])
{
    static const char domain[] = "cella journal 1";
    struct hash h;
    hash_init(&h);
    hash_update(&h, domain, sizeof domain);
    hash_update(&h, boot_id, JOURNAL_BOOT_ID);
    hash_final(&h, hash);
}

void journal_chain(uint8_t hash[JOURNAL_HASH], const uint8_t *entry, size_t size)
{
    static const char domain[] = "cella journal entry 1";
    struct hash h;
    hash_init(&h);
    hash_update(&h, domain, sizeof domain);
    hash_update(&h, hash, JOURNAL_HASH);
    hash_update(&h, entry, size);
    hash_final(&h, hash);
}

size_t journal_file_begin(uint8_t *out, const uint8_t *head, size_t head_size, size_t entries)
{
    struct writing w = {.out = out};
    put_item(&w, ITEM_ARRAY, 2);
    put_string(&w, ITEM_BYTES, head, head_size);
    put_item(&w, ITEM_ARRAY, entries);
    return w.size;
}

size_t journal_file_entry(uint8_t out[3], size_t entry_size)
{
    return item_put(out, ITEM_BYTES, entry_size);
}

const char *journal_kind_name(uint32_t kind)
{
    static const char *const names[JOURNAL_KIND_COUNT] = {
        [JOURNAL_STARTED] = "started",
        [JOURNAL_BOOT] = "boot",
        [JOURNAL_FAULT] = "fault",
        [JOURNAL_RESTART] = "restart",
        [JOURNAL_NOT_STARTED] = "not started",
        [JOURNAL_DENIAL] = "denial",
        [JOURNAL_TAMPER] = "tamper",
        [JOURNAL_APPROVAL] = "approval",
        [JOURNAL_REFUSAL] = "refusal",
        [JOURNAL_INSTALL] = "install",
        [JOURNAL_REMOVE] = "remove",
        [JOURNAL_UPDATE] = "update",
        [JOURNAL_LOST] = "lost",
        [JOURNAL_ENDED] = "ended",
    };
    return kind < JOURNAL_KIND_COUNT && names[kind] ? names[kind] : "unknown";
}

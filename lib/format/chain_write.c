// SPDX-License-Identifier: GPL-3.0-or-later
// Chains, the writing side: the next entry.
#include "format/chain_parts.h"

// What an entry is written from.
struct fields {
    const struct chain_draft *draft;
    struct chain_entry last; // the one before; zero if this is the first
    uint64_t sequence;
    const uint8_t *previous, *next, *recovery;
    const uint8_t *key; // null: that of the one before
};

static void body_put(struct writer *w, const struct fields *f)
{
    const struct chain_draft *d = f->draft;
    const size_t name = text_length(d->name, REGISTER_NAME);
    const bool about = name != 0;
    const bool value = d->value.size != 0;
    write_item(w, ITEM_MAP, 7u + (f->key != NULL) + 2u * about + value);
    write_number(w, CHAIN_FIELD_SEQUENCE, f->sequence);
    write_number(w, CHAIN_FIELD_TIME, d->time);
    write_string(w, CHAIN_FIELD_PREVIOUS, ITEM_BYTES, f->previous, CHAIN_HASH);
    write_number(w, CHAIN_FIELD_KEY_TYPE, CHAIN_KEY_HYBRID);
    if (f->key != NULL)
        write_string(w, CHAIN_FIELD_KEY, ITEM_BYTES, f->key, HYBRID_PUBLIC_SIZE);
    write_string(w, CHAIN_FIELD_NEXT, ITEM_BYTES, f->next, CHAIN_HASH);
    write_string(w, CHAIN_FIELD_RECOVERY, ITEM_BYTES, f->recovery, CHAIN_HASH);
    write_number(w, CHAIN_FIELD_OPERATION, d->operation);
    if (about) {
        write_string(w, CHAIN_FIELD_REGISTER, ITEM_TEXT, d->name, name);
        write_number(w, CHAIN_FIELD_REGISTER_TYPE, d->type);
    }
    if (value)
        write_string(w, CHAIN_FIELD_VALUE, ITEM_BYTES, d->value.at, d->value.size);
}

// The key that signed entry `sequence`.
static const uint8_t *key_at(const struct chain *chain, uint32_t sequence)
{
    struct chain_entry e;
    do
        chain_entry_get(chain, sequence, &e);
    while (e.key.size == 0 && sequence-- > 0);
    return e.key.at;
}

static bool fields_fill(struct fields *f, const struct chain *chain, uint32_t keep,
                        const struct chain_draft *draft, const uint8_t key[HYBRID_PUBLIC_SIZE])
{
    f->draft = draft;
    f->sequence = keep;
    f->key = key;
    if (keep > 0) {
        chain_entry_get(chain, keep - 1, &f->last);
        if (memcmp(key_at(chain, keep - 1), key, HYBRID_PUBLIC_SIZE) == 0)
            f->key = NULL;
    }
    f->previous = f->last.hash;
    f->next = draft->next != NULL ? draft->next : f->last.next;
    f->recovery = draft->recovery != NULL ? draft->recovery : f->last.recovery;
    return keep > 0 || (draft->next != NULL && draft->recovery != NULL);
}

static err_t entry_put(const struct fields *f, const uint8_t secret[HYBRID_SECRET_SIZE],
                       uint8_t *out, size_t cap, size_t *size)
{
    uint8_t message[CHAIN_MESSAGE], hash[CHAIN_HASH], signature[HYBRID_SIZE];
    uint8_t body[CHAIN_BODY_MAX];
    struct writer inner = writer_of(body, sizeof body), w = writer_of(out, cap);
    body_put(&inner, f);
    if (inner.full)
        return ERR_BAD_ARGUMENT;
    const struct span signed_part = {body, writer_size(&inner)};
    chain_entry_hash(signed_part, hash);
    chain_message(hash, message);
    const err_t err = hybrid_make(secret, message, sizeof message, signature);
    if (err != ERR_OK)
        return err;
    write_item(&w, ITEM_ARRAY, 2);
    write_item(&w, ITEM_BYTES, signed_part.size);
    write_span(&w, signed_part);
    write_item(&w, ITEM_BYTES, sizeof signature);
    write_bytes(&w, signature, sizeof signature);
    if (w.full)
        return ERR_TOO_SMALL;
    *size = writer_size(&w);
    return ERR_OK;
}

err_t chain_draft_sign(const struct chain *chain, uint32_t keep, const struct chain_draft *draft,
                       const uint8_t secret[static HYBRID_SECRET_SIZE], uint8_t *out, size_t cap,
                       size_t *size)
{
    uint8_t key[HYBRID_PUBLIC_SIZE];
    struct fields f = {.draft = NULL};
    if (keep > chain->count || draft->value.size > REGISTER_VALUE ||
        text_length(draft->name, REGISTER_NAME + 1) > REGISTER_NAME)
        return ERR_BAD_ARGUMENT;
    const err_t err = hybrid_public(secret, key);
    if (err != ERR_OK)
        return err;
    if (!fields_fill(&f, chain, keep, draft, key))
        return ERR_BAD_ARGUMENT;
    return entry_put(&f, secret, out, cap, size);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// A whole chain: the place of each entry, and who signed it.
#include "crypto/hash.h"
#include "format/chain_parts.h"

// One context for each thing that is hashed, so that no hash means anything elsewhere.
void chain_entry_hash(struct span body, uint8_t out[CHAIN_HASH])
{
    hash_derive_key("cella chain entry 1", body.at, body.size, out);
}

void chain_commit_next(const uint8_t key[static HYBRID_PUBLIC_SIZE], uint8_t out[CHAIN_HASH])
{
    hash_derive_key("cella chain next key 1", key, HYBRID_PUBLIC_SIZE, out);
}

void chain_commit_recovery(const uint8_t key[static HYBRID_PUBLIC_SIZE], uint8_t out[CHAIN_HASH])
{
    hash_derive_key("cella chain recovery key 1", key, HYBRID_PUBLIC_SIZE, out);
}

void chain_message(const uint8_t hash[CHAIN_HASH], uint8_t out[CHAIN_MESSAGE])
{
    static const char domain[] = "cella chain entry 1"; // with its zero
    _Static_assert(sizeof domain + CHAIN_HASH == CHAIN_MESSAGE, "nothing more is signed");
    memcpy(out, domain, sizeof domain);
    memcpy(out + sizeof domain, hash, CHAIN_HASH);
}

static bool hash_equal(const uint8_t a[CHAIN_HASH], const uint8_t b[CHAIN_HASH])
{
    return memcmp(a, b, CHAIN_HASH) == 0;
}

// Is this the entry that stands at `chain->count`?
static uint32_t place_check(const struct chain *chain, const struct chain_entry *e)
{
    static const uint8_t nothing[CHAIN_HASH];
    if (chain->count == 0) {
        if (e->sequence != 0 || e->operation != CHAIN_CREATE)
            return CHAIN_REFUSED_NOT_CREATE;
        return hash_equal(e->previous, nothing) ? CHAIN_GOOD : CHAIN_REFUSED_PREVIOUS;
    }
    if (e->sequence != chain->count)
        return e->sequence > chain->count ? CHAIN_REFUSED_GAP : CHAIN_REFUSED_REPLAY;
    if (e->operation == CHAIN_CREATE)
        return CHAIN_REFUSED_CREATE_AGAIN;
    if (!hash_equal(e->previous, chain->hash[chain->count - 1]))
        return CHAIN_REFUSED_PREVIOUS;
    if (e->time < chain->time)
        return CHAIN_REFUSED_TIME;
    return chain->revoked ? CHAIN_REFUSED_CHAIN_REVOKED : CHAIN_GOOD;
}

// Which key must have signed it, and in which capacity.
static uint32_t key_find(const struct chain *chain, const struct chain_entry *e,
                         const uint8_t **key, bool *recovery)
{
    uint8_t next[CHAIN_HASH], recover[CHAIN_HASH];
    *recovery = false;
    *key = e->key.size != 0 ? e->key.at : chain->key;
    if (chain->count == 0)
        return e->key.size != 0 ? CHAIN_GOOD : CHAIN_REFUSED_KEY_MISSING;
    if (e->key.size != 0 && memcmp(e->key.at, chain->key, HYBRID_PUBLIC_SIZE) == 0)
        return CHAIN_REFUSED_KEY_REPEATED;
    chain_commit_next(*key, next);
    chain_commit_recovery(*key, recover);
    *recovery = hash_equal(recover, chain->recovery);
    return *recovery || hash_equal(next, chain->next) ? CHAIN_GOOD : CHAIN_REFUSED_WRONG_KEY;
}

// What the signer may not do in that capacity.
static uint32_t capacity_check(const struct chain *chain, const struct chain_entry *e,
                               bool recovery)
{
    if (chain->count == 0)
        return CHAIN_GOOD;
    const bool kept = hash_equal(e->recovery, chain->recovery);
    if (!recovery)
        return kept ? CHAIN_GOOD : CHAIN_REFUSED_RECOVERY_CHANGED;
    if (e->operation != CHAIN_CLAIM || e->name[0] != '\0')
        return CHAIN_REFUSED_RECOVERY_ONLY;
    if (kept)
        return CHAIN_REFUSED_RECOVERY_KEPT;
    return hash_equal(e->next, chain->next) ? CHAIN_REFUSED_NEXT_KEPT : CHAIN_GOOD;
}

static uint32_t signature_check(const struct chain_entry *e, const struct chain_raw *raw,
                                const uint8_t *key)
{
    uint8_t message[CHAIN_MESSAGE];
    chain_message(e->hash, message);
    return raw->signature.size == HYBRID_SIZE &&
                   hybrid_check(key, message, sizeof message, raw->signature.at) == ERR_OK
               ? CHAIN_GOOD
               : CHAIN_REFUSED_SIGNATURE;
}

// One entry behind those that are there. What it leaves behind on refusal is thrown away.
static uint32_t entry_verify(struct chain *chain, struct reading *r)
{
    struct chain_raw raw;
    struct chain_entry e;
    const uint8_t *key = NULL;
    bool recovery = false;
    const size_t start = r->at;
    if (chain->count == CHAIN_ENTRIES)
        return CHAIN_REFUSED_TOO_MANY;
    uint32_t refusal = chain_raw_read(r, &raw);
    if (refusal == CHAIN_GOOD)
        refusal = chain_body_parse(raw.body, &e);
    if (refusal == CHAIN_GOOD)
        refusal = place_check(chain, &e);
    if (refusal == CHAIN_GOOD)
        refusal = key_find(chain, &e, &key, &recovery);
    if (refusal != CHAIN_GOOD)
        return refusal;
    chain_entry_hash(raw.body, e.hash);
    refusal = signature_check(&e, &raw, key);
    if (refusal == CHAIN_GOOD)
        refusal = capacity_check(chain, &e, recovery);
    if (refusal == CHAIN_GOOD)
        refusal = chain_apply(chain, &e);
    if (refusal != CHAIN_GOOD)
        return refusal;
    memcpy(chain->hash[chain->count], e.hash, CHAIN_HASH);
    memcpy(chain->next, e.next, CHAIN_HASH);
    memcpy(chain->recovery, e.recovery, CHAIN_HASH);
    chain->key = key;
    chain->time = e.time;
    chain->offset[chain->count] = (uint32_t)start;
    chain->recovered[chain->count] = recovery;
    chain->recoveries += recovery;
    chain->count++;
    return CHAIN_GOOD;
}

err_t chain_verify(const uint8_t *bytes, size_t size, struct chain *out, struct chain_check *check)
{
    struct reading r = {.data = bytes, .size = size};
    uint32_t refusal = CHAIN_GOOD;
    memset(out, 0, sizeof *out);
    out->bytes = bytes; // entries are compared with earlier ones as they come
    out->size = size;
    if (size == 0)
        refusal = CHAIN_REFUSED_EMPTY;
    if (size > CHAIN_MAX)
        refusal = CHAIN_REFUSED_TOO_LARGE;
    while (refusal == CHAIN_GOOD && r.at < size)
        refusal = entry_verify(out, &r);
    *check = (struct chain_check){refusal, out->count};
    if (refusal != CHAIN_GOOD) {
        memset(out, 0, sizeof *out);
        return refusal == CHAIN_REFUSED_SIGNATURE ? ERR_BAD_SIGNATURE : ERR_BAD_DATA;
    }
    memcpy(out->id, out->hash[0], CHAIN_HASH);
    return ERR_OK;
}

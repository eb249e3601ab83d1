// SPDX-License-Identifier: GPL-3.0-or-later
#include "store.h"

#include <stddef.h>
#include <string.h>

#include "crypto/box.h"
#include "crypto/hash.h"
#include "crypto/stretch.h"
#include "crypto/wipe.h"

#define RECORD_MAGIC  0x31544c56414c4543u // "CELAVLT1"
#define COUNTER_MAGIC 0x31595254414c4543u // "CELATRY1"

enum { RECORD_SECTORS = 2, COUNTER_SECTOR = 4, SLOTS = 2 };

// Everything before `closed` is bound to it. Little-endian, as the processor is.
struct record {
    uint64_t magic;
    uint64_t generation;
    uint32_t network;
    uint32_t protection; // enum store_protection
    uint32_t kib, passes;
    uint8_t salt[STORE_SALT];
    uint8_t nonce[STORE_NONCE];
    uint32_t blob_size;
    uint8_t blob[STORE_BLOB_MAX];
    uint8_t closed[4 + STORE_ENTROPY_MAX]; // size, entropy
    uint8_t tag[BOX_TAG];
    uint8_t zero[236];
    uint8_t check[HASH_SIZE]; // finds torn and damaged records; it is no protection
};
_Static_assert(sizeof(struct record) == RECORD_SECTORS * STORE_SECTOR, "whole sectors");

struct counter {
    uint64_t magic;
    uint64_t number;
    uint32_t tries;
    uint32_t wiping;
    uint8_t zero[STORE_SECTOR - 24 - HASH_SIZE];
    uint8_t check[HASH_SIZE];
};
_Static_assert(sizeof(struct counter) == STORE_SECTOR, "one sector");

static _Alignas(64) uint8_t work[(size_t)STORE_KIB * 1024]; // Argon2id's, wiped by it

static void check_make(const void *bytes, size_t size, uint8_t check[HASH_SIZE])
{
    hash_bytes(bytes, size - HASH_SIZE, check);
}

static bool check_good(const void *bytes, size_t size)
{
    uint8_t check[HASH_SIZE];
    check_make(bytes, size, check);
    return memcmp(check, (const uint8_t *)bytes + size - HASH_SIZE, HASH_SIZE) == 0;
}

// ---- the medium

// Numbers go round: whatever stands on the medium, the one that is written next is newer.
static bool newer(uint64_t number, uint64_t than)
{
    return number != than && number - than <= INT64_MAX;
}

static err_t record_read(const struct store *s, uint32_t slot, struct record *r)
{
    uint8_t *bytes = (uint8_t *)r;
    err_t err = ERR_OK;
    for (uint32_t i = 0; i < RECORD_SECTORS && !err; i++)
        err = s->medium->read(slot * RECORD_SECTORS + i, bytes + (size_t)i * STORE_SECTOR);
    return err;
}

static err_t record_write(const struct store *s, uint32_t slot, const struct record *r)
{
    const uint8_t *bytes = (const uint8_t *)r;
    err_t err = ERR_OK;
    for (uint32_t i = 0; i < RECORD_SECTORS && !err; i++)
        err = s->medium->write(slot * RECORD_SECTORS + i, bytes + (size_t)i * STORE_SECTOR);
    return err;
}

static err_t record_erase(const struct store *s, uint32_t slot)
{
    static const struct record nothing;
    return record_write(s, slot, &nothing);
}

static bool record_good(const struct record *r)
{
    return r->magic == RECORD_MAGIC && check_good(r, sizeof *r) &&
           (r->protection == STORE_PIN || r->protection == STORE_PIN_AND_MACHINE) &&
           r->kib >= STRETCH_KIB_MIN && r->kib <= STORE_KIB && r->passes >= 1 &&
           r->passes <= STORE_PASSES && r->blob_size <= STORE_BLOB_MAX;
}

// S1: into the place of the counter that does not count.
static err_t counter_write(struct store *s, uint32_t tries, uint32_t wiping)
{
    struct counter c = {
        .magic = COUNTER_MAGIC, .number = s->counter_number + 1, .tries = tries, .wiping = wiping};
    const uint32_t slot = s->counter_slot ^ 1;
    check_make(&c, sizeof c, c.check);
    err_t err = s->medium->write(COUNTER_SECTOR + slot, (const uint8_t *)&c);
    if (err)
        return err;
    s->counter_slot = slot;
    s->counter_number = c.number;
    s->tries = tries;
    return ERR_OK;
}

// ---- looking at what is there

// `*found`: there is one that counts; `*wiping`: and it says so.
static err_t counter_find(struct store *s, bool *found, bool *wiping)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        struct counter c;
        err_t err = s->medium->read(COUNTER_SECTOR + slot, (uint8_t *)&c);
        if (err)
            return err;
        if (c.magic != COUNTER_MAGIC || !check_good(&c, sizeof c) ||
            (*found && !newer(c.number, s->counter_number)))
            continue;
        *found = true;
        *wiping = c.wiping != 0;
        s->counter_slot = slot;
        s->counter_number = c.number;
        s->tries = c.tries;
    }
    return ERR_OK;
}

// Which record counts; what is left of another goes (S3). `*remains`: there is something, but no
// whole record.
static err_t record_find(struct store *s, bool *found, bool *remains)
{
    static struct record r;
    bool blank[SLOTS] = {true, true};
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        err_t err = record_read(s, slot, &r);
        if (err)
            return err;
        for (size_t i = 0; i < sizeof r; i++)
            blank[slot] = blank[slot] && ((const uint8_t *)&r)[i] == 0;
        if (!record_good(&r) || (*found && !newer(r.generation, s->generation)))
            continue;
        *found = true;
        s->slot = slot;
        s->generation = r.generation;
        s->protection = (enum store_protection)r.protection;
    }
    *remains = !*found && !(blank[0] && blank[1]);
    return *found && !blank[s->slot ^ 1] ? record_erase(s, s->slot ^ 1) : ERR_OK;
}

err_t store_begin(struct store *s, const struct medium *medium, const struct machine *machine)
{
    bool counter = false, wiping = false, record = false, remains = false;
    memset(s, 0, sizeof *s);
    s->machine = machine;
    s->medium = medium;
    if (medium == NULL)
        return ERR_OK;
    err_t err = counter_find(s, &counter, &wiping);
    if (!err && wiping)
        return store_wipe(s); // S4
    if (!err)
        err = record_find(s, &record, &remains);
    if (err) {
        s->medium = NULL;
        return err;
    }
    s->state = record && counter ? STORE_LOCKED : record || remains ? STORE_DAMAGED : STORE_EMPTY;
    // A cut between the last wrong try and the wiping.
    return s->state == STORE_LOCKED && s->tries >= STORE_TRIES ? store_wipe(s) : ERR_OK;
}

// ---- the key

// What the PIN gives: one half of the key, and the word for the machine.
static err_t pin_stretch(const struct record *r, const uint8_t *pin, size_t size,
                         uint8_t mine[STORE_HALF], uint8_t auth[STORE_HALF])
{
    const struct stretch cost = {r->kib, r->passes};
    uint8_t stretched[STRETCH_SIZE];
    err_t err =
        stretch_secret(&cost, pin, size, r->salt, sizeof r->salt, work, sizeof work, stretched);
    if (!err) {
        hash_derive_key("cella vault 1: half of the key", stretched, sizeof stretched, mine);
        hash_derive_key("cella vault 1: the machine's word", stretched, sizeof stretched, auth);
    }
    wipe(stretched, sizeof stretched); // S5
    return err;
}

static void key_make(const uint8_t mine[STORE_HALF], const uint8_t theirs[STORE_HALF],
                     uint8_t key[BOX_KEY])
{
    uint8_t both[2 * STORE_HALF];
    memcpy(both, mine, STORE_HALF);
    memcpy(both + STORE_HALF, theirs, STORE_HALF);
    hash_derive_key("cella vault 1: key of the root secret", both, sizeof both, key);
    wipe(both, sizeof both); // S5
}

bool store_pin_good(const uint8_t *pin, size_t size)
{
    unsigned same = 0, up = 0, down = 0;
    if (size < STORE_PIN_MIN || size > STORE_PIN_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (pin[i] < '0' || pin[i] > '9')
            return false;
    for (size_t i = 1; i < size; i++) {
        same += pin[i] == pin[i - 1];
        up += pin[i] == pin[i - 1] + 1;
        down += pin[i] + 1 == pin[i - 1];
    }
    return same != size - 1 && up != size - 1 && down != size - 1;
}

// ---- keeping

static err_t record_close(struct record *r, const struct store_secret *secret,
                          const uint8_t key[BOX_KEY])
{
    uint8_t plain[sizeof r->closed] = {(uint8_t)secret->size};
    struct box_text text = {plain, sizeof plain, r, offsetof(struct record, closed)};
    memcpy(plain + 4, secret->entropy, secret->size);
    err_t err = box_close(key, r->nonce, &text, r->closed, r->tag);
    wipe(plain, sizeof plain); // S5
    check_make(r, sizeof *r, r->check);
    return err;
}

static err_t record_make(const struct store *s, const struct store_secret *secret,
                         const uint8_t *pin, size_t size, const struct store_random *random,
                         struct record *r)
{
    uint8_t mine[STORE_HALF], auth[STORE_HALF], theirs[STORE_HALF] = {0}, key[BOX_KEY];
    size_t blob_size = 0;
    memset(r, 0, sizeof *r);
    r->magic = RECORD_MAGIC;
    r->generation = s->generation + 1;
    r->network = secret->network;
    r->protection = s->machine != NULL ? STORE_PIN_AND_MACHINE : STORE_PIN;
    r->kib = STORE_KIB;
    r->passes = STORE_PASSES;
    memcpy(r->salt, random->salt, sizeof r->salt);
    memcpy(r->nonce, random->nonce, sizeof r->nonce);
    err_t err = pin_stretch(r, pin, size, mine, auth);
    if (!err && s->machine != NULL) {
        memcpy(theirs, random->half, sizeof theirs);
        err = s->machine->close(theirs, auth, r->blob, &blob_size);
        r->blob_size = (uint32_t)blob_size;
    }
    if (!err) {
        key_make(mine, theirs, key);
        err = record_close(r, secret, key);
    }
    wipe(key, sizeof key); // S5
    wipe(theirs, sizeof theirs);
    wipe(mine, sizeof mine);
    wipe(auth, sizeof auth);
    return err;
}

err_t store_keep(struct store *s, const struct store_secret *secret, const uint8_t *pin,
                 size_t size, const struct store_random *random)
{
    static struct record r, back;
    const uint32_t next = s->slot ^ 1;
    if (s->medium == NULL || s->state == STORE_DAMAGED)
        return ERR_BAD_STATE;
    if (!store_pin_good(pin, size) || secret->size == 0 || secret->size > STORE_ENTROPY_MAX)
        return ERR_BAD_ARGUMENT;
    err_t err = record_make(s, secret, pin, size, random, &r);
    if (!err)
        err = counter_write(s, 0, 0); // a record without a counter would not count
    if (!err)
        err = record_write(s, next, &r); // S1
    if (!err)
        err = record_read(s, next, &back);
    if (!err && memcmp(&r, &back, sizeof r) != 0)
        err = ERR_DEVICE;
    if (err)
        return err;
    s->slot = next;
    s->generation = r.generation;
    s->protection = (enum store_protection)r.protection;
    s->state = STORE_LOCKED;
    return record_erase(s, next ^ 1); // S3
}

// ---- trying

static enum store_verdict verdict_of(err_t machine)
{
    return machine == ERR_DENIED    ? STORE_WRONG
           : machine == ERR_BUSY    ? STORE_LOCKED_OUT
           : machine == ERR_REFUSED ? STORE_OTHER_SYSTEM
                                    : STORE_OTHER_MACHINE;
}

static enum store_verdict record_open(const struct record *r, const uint8_t key[BOX_KEY],
                                      struct store_secret *secret)
{
    uint8_t plain[sizeof r->closed];
    struct box_text text = {r->closed, sizeof r->closed, r, offsetof(struct record, closed)};
    enum store_verdict verdict = STORE_WRONG;
    if (box_open(key, r->nonce, &text, r->tag, plain) == ERR_OK && plain[0] <= STORE_ENTROPY_MAX) {
        verdict = STORE_RIGHT;
        secret->network = r->network;
        secret->size = plain[0];
        memcpy(secret->entropy, plain + 4, sizeof secret->entropy);
    }
    wipe(plain, sizeof plain); // S5
    return verdict;
}

static err_t pin_try(const struct store *s, const struct record *r, const uint8_t *pin, size_t size,
                     struct store_secret *secret, enum store_verdict *verdict)
{
    uint8_t mine[STORE_HALF], auth[STORE_HALF], theirs[STORE_HALF] = {0}, key[BOX_KEY];
    err_t err = pin_stretch(r, pin, size, mine, auth);
    err_t machine = ERR_OK;
    if (!err && r->protection == STORE_PIN_AND_MACHINE)
        machine = s->machine == NULL ? ERR_NOT_FOUND
                                     : s->machine->open(r->blob, r->blob_size, auth, theirs);
    if (!err && machine)
        *verdict = verdict_of(machine);
    if (!err && !machine) {
        key_make(mine, theirs, key);
        *verdict = record_open(r, key, secret);
    }
    wipe(key, sizeof key); // S5
    wipe(theirs, sizeof theirs);
    wipe(mine, sizeof mine);
    wipe(auth, sizeof auth);
    return err;
}

err_t store_open(struct store *s, const uint8_t *pin, size_t size, struct store_secret *secret,
                 enum store_verdict *verdict, uint32_t *left)
{
    static struct record r;
    const uint32_t before = s->tries;
    enum store_verdict found = STORE_WRONG;
    if (s->medium == NULL || s->state != STORE_LOCKED)
        return ERR_BAD_STATE;
    err_t err = record_read(s, s->slot, &r);
    if (!err && !record_good(&r))
        err = ERR_BAD_DATA;
    if (!err)
        err = counter_write(s, before + 1, 0); // S2
    if (!err && size <= STORE_PIN_MAX)
        err = pin_try(s, &r, pin, size, secret, &found);
    if (err)
        return err;
    if (found == STORE_RIGHT)
        err = counter_write(s, 0, 0);
    else if (found != STORE_WRONG)
        err = counter_write(s, before, 0);
    else if (s->tries >= STORE_TRIES) {
        found = STORE_WIPED;
        err = store_wipe(s);
    }
    if (err && found == STORE_RIGHT)
        wipe(secret, sizeof *secret);
    if (err)
        return err;
    *verdict = found;
    *left = s->tries < STORE_TRIES ? STORE_TRIES - s->tries : 0;
    return ERR_OK;
}

err_t store_wipe(struct store *s)
{
    if (s->medium == NULL)
        return ERR_BAD_STATE;
    err_t err = counter_write(s, STORE_TRIES, 1); // S4
    for (uint32_t slot = 0; slot < SLOTS && !err; slot++)
        err = record_erase(s, slot);
    if (!err)
        err = counter_write(s, 0, 0);
    if (err)
        return err;
    s->state = STORE_EMPTY;
    s->generation = 0;
    s->slot = 0;
    return ERR_OK;
}

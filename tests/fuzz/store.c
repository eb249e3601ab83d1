// SPDX-License-Identifier: GPL-3.0-or-later
// Any six sectors as what the vault left on its medium: it starts, counts each try before it makes
// it, and ends in a state that the next start finds again. The first byte says whether checks are
// mended, and what the machine's half is worth. Stretching is played, as in store_test.c, and so is
// closing: a tag over everything, and nothing hidden.
#include "vault/store.h"
#include "crypto/box.h"
#include "crypto/hash.h"
#include "crypto/stretch.h"
#include "tests/fuzz/images.h"

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    SEEDS = 6,
    MEND = 1,    // in the first byte
    MACHINE = 2, // there is one
    ANSWERS = 2, // and from this bit on: what it answers
    RECORDS = 2,
    DISK = STORE_SECTORS * STORE_SECTOR,
};

static const uint8_t right[] = {'2', '7', '1', '8', '2', '8'},
                     wrong[] = {'3', '1', '4', '1', '5', '9'};
static uint8_t disk[DISK];
static err_t machine_answer;

static void require(int cond)
{
    if (!cond)
        abort();
}

err_t stretch_secret(const struct stretch *cost, const void *secret, size_t size, const void *salt,
                     size_t salt_size, void *memory, size_t memory_size, uint8_t out[static 32])
{
    struct hash hash;
    (void)memory;
    require(cost->kib >= STRETCH_KIB_MIN && cost->kib <= memory_size / 1024 && cost->passes >= 1);
    hash_init(&hash);
    hash_update(&hash, salt, salt_size);
    hash_update(&hash, secret, size);
    hash_final(&hash, out);
    return ERR_OK;
}

static void tag_make(const uint8_t *key, const uint8_t *nonce, const struct box_text *text,
                     const uint8_t *plain, uint8_t tag[BOX_TAG])
{
    struct hash hash;
    hash_init_keyed(&hash, key);
    hash_update(&hash, nonce, BOX_NONCE);
    hash_update(&hash, text->bound, text->bound_size);
    hash_update(&hash, plain, text->size);
    hash_final_long(&hash, tag, BOX_TAG);
}

err_t box_close(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
                const struct box_text *text, uint8_t *out, uint8_t tag[static BOX_TAG])
{
    memcpy(out, text->data, text->size);
    tag_make(key, nonce, text, out, tag);
    return ERR_OK;
}

err_t box_open(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
               const struct box_text *text, const uint8_t tag[static BOX_TAG], uint8_t *out)
{
    uint8_t again[BOX_TAG];
    memcpy(out, text->data, text->size);
    tag_make(key, nonce, text, out, again);
    return memcmp(again, tag, BOX_TAG) == 0 ? ERR_OK : ERR_BAD_SIGNATURE;
}

static err_t disk_read(uint32_t sector, uint8_t out[STORE_SECTOR])
{
    require(sector < STORE_SECTORS);
    memcpy(out, disk + (size_t)sector * STORE_SECTOR, STORE_SECTOR);
    return ERR_OK;
}

static err_t disk_write(uint32_t sector, const uint8_t in[STORE_SECTOR])
{
    require(sector < STORE_SECTORS);
    memcpy(disk + (size_t)sector * STORE_SECTOR, in, STORE_SECTOR);
    return ERR_OK;
}

static err_t half_close(const uint8_t half[STORE_HALF], const uint8_t auth[STORE_HALF],
                        uint8_t blob[STORE_BLOB_MAX], size_t *size)
{
    (void)auth;
    memcpy(blob, half, STORE_HALF);
    *size = STORE_HALF;
    return ERR_OK;
}

static err_t half_open(const uint8_t *blob, size_t size, const uint8_t auth[STORE_HALF],
                       uint8_t half[STORE_HALF])
{
    (void)auth;
    require(size <= STORE_BLOB_MAX);
    uint8_t *exact = malloc(size + (size == 0));
    require(exact != NULL);
    memcpy(exact, blob, size);
    memset(half, 0, STORE_HALF);
    memcpy(half, exact, size < STORE_HALF ? size : STORE_HALF);
    free(exact);
    return machine_answer;
}

static const struct medium medium = {disk_read, disk_write};
static const struct machine machine = {half_close, half_open};
static const struct store_secret root = {
    2, 16, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
};

static void checks_mend(void)
{
    for (size_t i = 0; i < STORE_SECTORS; i += i < 2 * RECORDS ? 2 : 1) {
        const size_t size = i < 2 * RECORDS ? 2 * STORE_SECTOR : STORE_SECTOR;
        uint8_t *at = disk + i * STORE_SECTOR;
        hash_bytes(at, size - HASH_SIZE, at + size - HASH_SIZE);
    }
}

static void try_one(struct store *s, const uint8_t *pin, enum store_verdict *verdict)
{
    struct store_secret secret = {0};
    uint32_t left = 0;
    require(store_open(s, pin, sizeof right, &secret, verdict, &left) == ERR_OK);
    require(left <= STORE_TRIES && secret.size <= STORE_ENTROPY_MAX);
    require(*verdict == STORE_RIGHT || secret.size == 0);
}

// As after a power cut: the same state, and no try was lost.
static void again(struct store *s)
{
    struct store anew;
    require(store_begin(&anew, &medium, s->machine) == ERR_OK);
    require(anew.state == s->state && anew.tries == s->tries && anew.slot == s->slot &&
            anew.generation == s->generation);
    *s = anew;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const struct store_random random = {{3}, {4}, {5}};
    struct store s;
    enum store_verdict verdict;
    if (number >= SEEDS || max < 1 + sizeof disk)
        return 0;
    memset(disk, 0, sizeof disk);
    require(store_begin(&s, &medium, number % 2 == 0 ? NULL : &machine) == ERR_OK);
    require(store_keep(&s, &root, right, sizeof right, &random) == ERR_OK);
    for (unsigned i = 0; i < number; i++)
        try_one(&s, wrong, &verdict);
    if (number == SEEDS - 1) // what a cut leaves: the older record is still there
        memcpy(disk, disk + (size_t)2 * STORE_SECTOR, (size_t)2 * STORE_SECTOR);
    out[0] = (uint8_t)(MEND | number % 2 * MACHINE);
    memcpy(out + 1, disk, sizeof disk);
    return 1 + sizeof disk;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    // The first 24 bytes of the records, and of the counters, are the numbers that matter.
    static const size_t begins[] = {0, 2, 4, 5};
    struct chance c = {seed};
    if (size < 1 + sizeof disk || chance_below(&c, 4) == 0)
        return LLVMFuzzerMutate(data, size, max);
    const size_t begin = 1 + begins[chance_below(&c, 4)] * STORE_SECTOR;
    number_change(&c, data, begin, begin + (chance_below(&c, 2) == 0 ? 24 : 72));
    if (chance_below(&c, 4) == 0)
        data[0] = (uint8_t)chance_below(&c, 32);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const err_t answers[] = {ERR_OK,   ERR_OK,      ERR_OK,        ERR_DENIED,
                                    ERR_BUSY, ERR_REFUSED, ERR_NOT_FOUND, ERR_DEVICE};
    static const struct store_random random = {{6}, {7}, {8}};
    struct store s;
    enum store_verdict verdict;
    const uint8_t how = size > 0 ? data[0] : 0;
    memset(disk, 0, sizeof disk);
    if (size > 1)
        memcpy(disk, data + 1, size - 1 < sizeof disk ? size - 1 : sizeof disk);
    if (how & MEND)
        checks_mend();
    machine_answer = answers[how >> ANSWERS & 7];
    require(store_begin(&s, &medium, how & MACHINE ? &machine : NULL) == ERR_OK);
    again(&s);
    for (unsigned i = 0; i < 3 && s.state == STORE_LOCKED; i++) {
        const uint32_t before = s.tries;
        try_one(&s, i == 2 ? right : wrong, &verdict);
        require(verdict != STORE_WRONG || s.tries == before + 1);
        require(verdict != STORE_WIPED || (before + 1 == STORE_TRIES && s.state == STORE_EMPTY));
        again(&s);
    }
    if (s.state == STORE_DAMAGED)
        require(store_wipe(&s) == ERR_OK);
    require(store_keep(&s, &root, right, sizeof right, &random) == ERR_OK);
    again(&s);
    machine_answer = ERR_OK;
    try_one(&s, right, &verdict);
    require(verdict == STORE_RIGHT);
    again(&s);
    return 0;
}

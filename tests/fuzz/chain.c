// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a chain: the verifier keeps its bounds and says why it refuses; what it takes has
// one encoding, and everything that leans on it answers. Signatures hold here if their first byte
// is even (trusting.c); hashes and commitments are mended by the mutator, which also writes on.
#include "format/chain_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
static size_t life_make(unsigned number, uint8_t *out, size_t max);

enum {
    SEEDS = 4,
    LIVES = 40,
    LIFE_ENTRIES = 12,
    SEED_BYTES = 65536,
    GROW_BYTES = 24576,
    ENTRIES_ADDED = 3
};

static void require(bool cond)
{
    if (!cond)
        abort();
}

// Values of each type; a program's life; a register that comes and goes; a recovery. Then lives
// that chance makes, so that the corpus can do without such long files.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static struct sample s;
    static const uint8_t citation[2 * CHAIN_HASH] = {1};
    struct program_register p = sample_program(1);
    struct words w = {.operation = CHAIN_CLAIM,
                      .name = "note",
                      .type = REGISTER_RAW,
                      .value = citation,
                      .value_size = sizeof citation};
    if (number >= SEEDS)
        return number < SEEDS + LIVES ? life_make(number, out, max) : 0;
    sample_begin(&s);
    if (number == 0) {
        sample_write(&s, "note", REGISTER_RAW, 'a');
        sample_write(&s, "once", REGISTER_READONLY, 'b');
        sample_write(&s, "list", REGISTER_APPEND, 'c');
    } else if (number == 1) {
        sample_program_write(&s, &p);
        p.revoked = true;
        sample_program_write(&s, &p);
        p = sample_program(2);
        sample_program_write(&s, &p);
        sample_say(&s, (struct words){
                           .operation = CHAIN_REVOKE, .name = "hello", .type = REGISTER_OBJECT});
    } else if (number == 2) {
        sample_say(&s, w);
        w.operation = CHAIN_TRANSFER;
        w.value_size = CHAIN_HASH;
        sample_say(&s, w);
    } else {
        sample_say(&s,
                   (struct words){
                       .operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 3, .recovery = 8});
        sample_say(&s, (struct words){.operation = CHAIN_REVOKE, .by = 3});
    }
    require(s.size <= max);
    memcpy(out, s.bytes, s.size);
    return s.size;
}

// ---- the mutator

static unsigned random_state;

static unsigned chance(unsigned limit)
{
    random_state = random_state * 1103515245 + 12345;
    return (random_state >> 16) % limit;
}

// The number of the key whose commitment (or which) this is; 0: of none of the sample's.
static uint32_t key_find(const uint8_t *wanted, size_t size,
                         void (*commit)(const uint8_t *key, uint8_t *out))
{
    uint8_t hash[CHAIN_HASH];
    for (uint32_t key = 1; key <= SAMPLE_KEYS; key++) {
        const uint8_t *found = sample_public(key);
        if (commit != NULL) {
            commit(found, hash);
            found = hash;
        }
        if (memcmp(found, wanted, size) == 0)
            return key;
    }
    return 0;
}

// The sample goes on where the input ends, if that is a chain of the sample's keys; else anew.
static void sample_load(struct sample *s, const uint8_t *data, size_t size)
{
    static struct chain chain;
    struct chain_check check;
    if (chain_verify(data, size, &chain, &check) == ERR_OK && chain.count < CHAIN_ENTRIES) {
        memcpy(s->bytes, data, size);
        s->size = size;
        s->sequence = chain.count;
        s->time = chain.time;
        s->key = key_find(chain.key, HYBRID_PUBLIC_SIZE, NULL);
        s->next = key_find(chain.next, CHAIN_HASH, chain_commit_next);
        s->recovery = key_find(chain.recovery, CHAIN_HASH, chain_commit_recovery);
        memcpy(s->hash, chain.hash[chain.count - 1], CHAIN_HASH);
        if (s->key != 0 && s->next != 0 && s->recovery != 0)
            return;
    }
    sample_begin(s);
}

// A chain of somebody else's, to whom registers are given.
static void other_begin(struct sample *s)
{
    sample_begin(s);
    s->size = s->sequence = 0;
    s->time++;
    memset(s->hash, 0, sizeof s->hash);
    sample_say(s, (struct words){.operation = CHAIN_CREATE});
}

static const uint8_t *other_id(void)
{
    static struct sample other;
    if (other.size == 0)
        other_begin(&other);
    return other.hash;
}

static void value_make(struct words *w, const struct sample *s, uint8_t out[REGISTER_VALUE])
{
    struct program_register p = sample_program(1 + chance(4));
    p.minimum = chance((unsigned)p.version + 1);
    p.revoked = chance(4) == 0;
    p.size = chance(8) == 0 ? 0 : 4096;
    w->value = out;
    if (w->operation == CHAIN_TRANSFER || w->operation == CHAIN_CLAIM) {
        w->value_size = (w->operation == CHAIN_CLAIM ? 2 : 1) * (size_t)CHAIN_HASH;
        memcpy(out, chance(8) == 0 ? s->hash : other_id(), CHAIN_HASH);
        memset(out + CHAIN_HASH, (int)chance(3), CHAIN_HASH);
    } else if (w->operation == CHAIN_REVOKE) {
        w->value_size = 0;
    } else if (w->type != REGISTER_OBJECT ||
               program_encode(&p, out, REGISTER_VALUE, &w->value_size) != ERR_OK) {
        w->value_size = 1 + chance(3);
        memset(out, (int)chance(256), w->value_size);
    }
    if (chance(16) == 0)
        w->value_size = chance(REGISTER_VALUE);
}

// Something that a chain can say here, most of the time.
static void say_something(struct sample *s)
{
    static const char *const names[] = {"note", "once", "list", "hello", "0", "a.b", "Bad", "-x"};
    static const uint32_t types[] = {REGISTER_RAW, REGISTER_READONLY, REGISTER_APPEND,
                                     REGISTER_OBJECT};
    uint8_t value[REGISTER_VALUE] = {0};
    const unsigned name = chance(chance(4) == 0 ? 8 : 4);
    struct words w = {.operation = 2 + chance(5), .by = s->next, .name = names[name]};
    w.type = types[chance(8) == 0 ? chance(4) : name % 4];
    if (w.type == REGISTER_APPEND && w.operation == CHAIN_WRITE)
        w.operation = CHAIN_APPEND;
    value_make(&w, s, value);
    if (chance(6) == 0) { // the chain itself
        w.name = NULL;
        w.type = 0;
        w.value_size = 0;
        w.operation = chance(4) == 0 ? CHAIN_REVOKE : CHAIN_CLAIM;
        w.by = chance(4) == 0 ? s->next : s->recovery;
        w.next = 1 + chance(SAMPLE_KEYS);
        w.recovery = 1 + chance(SAMPLE_KEYS);
    }
    w.next = chance(4) == 0 ? 1 + chance(SAMPLE_KEYS) : w.next;
    w.by = chance(16) == 0 ? 1 + chance(SAMPLE_KEYS) : w.by;
    w.time = chance(4) == 0 ? s->time + chance(3) - 1 : 0;
    w.operation = chance(32) == 0 ? chance(9) : w.operation;
    w.sequence = chance(64) == 0 ? s->sequence + chance(3) - 1 : 0;
    w.key_type = chance(64) == 0 ? 2 : 0;
    w.key_present = chance(64) == 0;
    w.key_absent = chance(64) == 0;
    sample_say(s, w);
}

// What is refused is left out, but for the last.
static size_t life_make(unsigned number, uint8_t *out, size_t max)
{
    static struct sample s, before;
    static struct chain chain;
    struct chain_check check;
    random_state = number;
    sample_begin(&s);
    for (unsigned i = 0; i < LIFE_ENTRIES; i++) {
        before = s;
        say_something(&s);
        if (i + 1 < LIFE_ENTRIES && chain_verify(s.bytes, s.size, &chain, &check) != ERR_OK)
            s = before;
    }
    require(s.size <= max);
    memcpy(out, s.bytes, s.size);
    return s.size;
}

// Where an entry's hash of the one before lies; null: it is no entry.
static uint8_t *previous_find(struct span body)
{
    struct reading r = {.data = body.at, .size = body.size};
    uint64_t n;
    size_t size;
    for (unsigned i = 0; i < 6; i++) // map; 1, sequence; 2, time; 3
        if (!item_get(&r, i == 0 ? ITEM_MAP : ITEM_NUMBER, &n))
            return NULL;
    const uint8_t *hash = string_get(&r, ITEM_BYTES, CHAIN_HASH, &size);
    return hash == NULL || size != CHAIN_HASH ? NULL : (uint8_t *)(uintptr_t)hash;
}

// Each entry names the one before it again, and is signed.
static void entries_mend(uint8_t *data, size_t size)
{
    struct reading r = {.data = data, .size = size};
    struct chain_raw raw;
    uint8_t hash[CHAIN_HASH] = {0};
    while (r.at < size && chain_raw_read(&r, &raw) == CHAIN_GOOD) {
        uint8_t *previous = previous_find(raw.body);
        if (previous == NULL)
            return;
        memcpy(previous, hash, CHAIN_HASH);
        chain_entry_hash(raw.body, hash);
        if (raw.signature.size != 0)
            data[raw.signature.at - data] &= 0xfe;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    static struct sample s;
    random_state = seed;
    const unsigned way = chance(4);
    if (way < 2) {
        size = LLVMFuzzerMutate(data, size, max);
        if (way == 1)
            entries_mend(data, size);
        return size;
    }
    if (size <= GROW_BYTES)
        sample_load(&s, data, size);
    else
        sample_begin(&s);
    for (unsigned i = 1 + chance(ENTRIES_ADDED); i > 0 && s.size + CHAIN_ENTRY_MAX <= max; i--)
        say_something(&s);
    if (s.size > max)
        return LLVMFuzzerMutate(data, size, max);
    memcpy(data, s.bytes, s.size);
    return s.size;
}

// ---- what must hold

// The seeds as chains that a device knows; all have the same beginning.
static const struct chain *seed_chain(unsigned number)
{
    static uint8_t bytes[SEEDS][SEED_BYTES];
    static struct chain chains[SEEDS];
    struct chain_check check;
    if (chains[number].count == 0) {
        const size_t size = fuzz_seed(number, bytes[number], SEED_BYTES);
        require(chain_verify(bytes[number], size, &chains[number], &check) == ERR_OK);
    }
    return &chains[number];
}

// Beside what the device knows, and as the other side of a transfer.
static void others_meet(const struct chain *chain)
{
    static struct chain_memory known;
    enum chain_refusal why;
    for (unsigned i = 0; i < SEEDS; i++) {
        const struct chain *other = seed_chain(i);
        chain_remember(other, &known);
        err_t err = chain_compare(&known, chain, &why);
        require((err == ERR_OK) == (why == CHAIN_GOOD) && why < CHAIN_REFUSAL_COUNT);
        require(err != ERR_OK || memcmp(other->id, chain->id, CHAIN_HASH) == 0);
        err = chain_moved(other, chain, "note", &why);
        require((err == ERR_OK) == (why == CHAIN_GOOD));
        err = chain_moved(chain, other, "note", &why);
        require((err == ERR_OK) == (why == CHAIN_GOOD));
    }
}

// What was there before the last entry is a chain, older than this one.
static void before_compare(const struct chain *chain)
{
    static struct chain before;
    static struct chain_memory known;
    struct chain_check check;
    enum chain_refusal why;
    if (chain->count < 2)
        return;
    const size_t size = chain->offset[chain->count - 1];
    require(chain_verify(chain->bytes, size, &before, &check) == ERR_OK);
    chain_remember(&before, &known);
    require(chain_compare(&known, chain, &why) == ERR_OK);
    chain_remember(chain, &known);
    require(chain_compare(&known, &before, &why) != ERR_OK);
}

// He claims what he was given, mostly as it was given, and goes on with it.
static void other_claims(const struct chain *chain, const struct chain_register *reg)
{
    static struct sample s;
    static struct chain other;
    uint8_t citation[2 * CHAIN_HASH];
    struct chain_check check;
    enum chain_refusal why;
    if (reg->state != CHAIN_GIVEN || memcmp(reg->peer, other_id(), CHAIN_HASH) != 0)
        return;
    memcpy(citation, chain->id, CHAIN_HASH);
    memcpy(citation + CHAIN_HASH, reg->moved, CHAIN_HASH);
    for (uint32_t type = REGISTER_READONLY; type <= REGISTER_OBJECT; type++) {
        struct program_register p = sample_program(1 + chain->count % 3);
        other_begin(&s);
        memcpy(p.name, reg->name, sizeof p.name);
        citation[CHAIN_HASH] ^= (uint8_t)(chain->time % 4 == 3);
        sample_say(&s, (struct words){.operation = CHAIN_CLAIM,
                                      .name = reg->name,
                                      .type = type,
                                      .value = citation,
                                      .value_size = sizeof citation});
        if (type == REGISTER_OBJECT && strcmp(reg->name, "hello") == 0)
            sample_program_write(&s, &p);
        require(chain_verify(s.bytes, s.size, &other, &check) == ERR_OK);
        const err_t err = chain_moved(chain, &other, reg->name, &why);
        require((err == ERR_OK) == (why == CHAIN_GOOD));
        require(err != ERR_OK || type == reg->type);
    }
}

static void registers_read(const struct chain *chain, const struct chain_register *reg)
{
    struct program_register p;
    struct chain_vouch vouch;
    struct span value;
    enum chain_refusal why;
    uint8_t encoded[REGISTER_VALUE];
    size_t size;
    require(register_name_good(reg->name, strlen(reg->name)));
    require(reg->last < chain->count && reg->writes < chain->count);
    other_claims(chain, reg);
    if (chain_value(chain, reg->name, &value, &why) == ERR_OK)
        require(value.size <= REGISTER_VALUE);
    if (chain_program(chain, reg->name, &p, &why) != ERR_OK)
        return;
    require(program_encode(&p, encoded, sizeof encoded, &size) == ERR_OK && p.version != 0);
    const struct program_offer offer = {p.name, p.version, p.code_root, p.package_root};
    const err_t err = chain_vouches(chain, NULL, &offer, &vouch);
    require((err == ERR_OK) == !p.revoked);
    const err_t with_user = chain_vouches(chain, seed_chain(1), &offer, &vouch);
    require(err == ERR_OK || with_user != ERR_OK || vouch.voucher == CHAIN_USER);
    (void)chain_vouches(seed_chain(1), chain, &offer, &vouch);
    const struct program_offer older = {p.name, p.version - 1, p.code_root, p.package_root};
    (void)chain_vouches(chain, chain, &older, &vouch);
    const struct program_offer swapped = {p.name, p.version, p.package_root, p.code_root};
    require(chain_vouches(chain, NULL, &swapped, &vouch) != ERR_OK ||
            memcmp(p.package_root, p.code_root, REGISTER_HASH) == 0);
    const struct program_register newest = p;
    if (chain_program_version(chain, reg->name, newest.version - 1, &p, &why) == ERR_OK)
        require(p.version + 1 == newest.version && p.minimum == newest.minimum);
    require(chain_moved(chain, chain, reg->name, &why) == ERR_BAD_STATE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct chain chain;
    static struct chain_memory known;
    struct chain_check check = {CHAIN_REFUSAL_COUNT, 0};
    struct chain_entry e;
    struct program_register program;
    enum chain_refusal why;
    err_t err = chain_verify(data, size, &chain, &check);
    require(check.refusal < CHAIN_REFUSAL_COUNT && check.entry <= CHAIN_ENTRIES);
    require((err == ERR_OK) == (check.refusal == CHAIN_GOOD));
    if (err == ERR_OK) {
        require(chain.count > 0 && chain.register_count <= CHAIN_REGISTERS);
        for (uint32_t i = 0; i < chain.register_count; i++)
            registers_read(&chain, &chain.registers[i]);
        for (uint32_t i = 0; i < chain.count; i++)
            require(chain_entry_at(&chain, i, &e) == ERR_OK && e.sequence == i);
        chain_remember(&chain, &known);
        require(chain_compare(&known, &chain, &why) == ERR_OK);
        before_compare(&chain);
        others_meet(&chain);
    }
    if (program_decode((struct span){data, size}, &program) == ERR_OK)
        require(program.minimum <= program.version);
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a chain: the verifier keeps its bounds and says why it refuses; what it takes has
// one encoding, and everything that leans on it answers. Signatures hold here (hybrid_stub.c).
#include "format/chain_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

enum { SEEDS = 4 };

static void require(bool cond)
{
    if (!cond)
        abort();
}

// Values of each type; a program's life; a register that comes and goes; a recovery.
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
        return 0;
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
    if (chain_value(chain, reg->name, &value, &why) == ERR_OK)
        require(value.size <= REGISTER_VALUE);
    if (chain_program(chain, reg->name, &p, &why) != ERR_OK)
        return;
    require(program_encode(&p, encoded, sizeof encoded, &size) == ERR_OK && p.version != 0);
    const struct program_offer offer = {p.name, p.version, p.code_root, p.package_root};
    const err_t err = chain_vouches(chain, NULL, &offer, &vouch);
    require((err == ERR_OK) == !p.revoked);
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
    }
    if (program_decode((struct span){data, size}, &program) == ERR_OK)
        require(program.minimum <= program.version);
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The device's own chain: whose it is, what it vouches for, when it is forgotten.
#include "chain/fake.h"
#include "chain/payment.h"
#include "crypto/hash.h"
#include "format/chain.h"
#include "tests/unit.h"
#include "vault/vault.h"

static uint8_t bytes[1 << 19];
static struct chain chain;

static void restore(const char *words)
{
    uint32_t position = 9;
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_restore((const uint8_t *)words, strlen(words), NETWORK_TEST, &position), ERR_OK);
    CHECK_EQ(position, 0);
}

static struct program_register program(uint64_t version)
{
    return (struct program_register){
        .name = "hello",
        .version = version,
        .architecture = PROGRAM_X86_64,
        .size = 4096,
        .code_root = {1, (uint8_t)version},
        .package_root = {2, (uint8_t)version}
    };
}

static uint32_t offer_state(void)
{
    size_t size;
    uint32_t total, state = 9;
    CHECK_EQ(vault_vouched(0, bytes, 1, &size, &total, &state), ERR_OK);
    return state;
}

static err_t offer(const struct program_register *p, uint32_t *code)
{
    uint8_t value[VAULT_OFFER_PROGRAM_VALUE_SIZE];
    size_t size = 0;
    CHECK_EQ(program_encode(p, value, sizeof value, &size), ERR_OK);
    fake_pause();
    return vault_offer_program(value, size, code);
}

// What the prompt gets to see.
static err_t look(uint8_t hash[32], uint32_t *number, uint64_t *sequence)
{
    uint8_t value[VAULT_PROGRAM_VALUE_SIZE];
    size_t size = 0;
    const err_t err = vault_program(value, sizeof value, &size, number, sequence);
    if (!err)
        hash_bytes(value, size, hash);
    return err;
}

// An offer to which the person says yes.
static err_t vouch(const struct program_register *p, uint32_t *code)
{
    uint8_t hash[32];
    uint32_t number = 0;
    uint64_t sequence = 0;
    err_t err = offer(p, code);
    if (err || *code != CHAIN_GOOD)
        return err;
    CHECK_EQ(look(hash, &number, &sequence), ERR_OK);
    CHECK_EQ(vault_program_waits(sequence), ERR_OK);
    err = vault_approve_program(hash, number);
    CHECK_EQ(offer_state(), err ? 3 : 2);
    CHECK_EQ(vault_program_waits(sequence), ERR_NOT_FOUND);
    CHECK_EQ(vault_approve_program(hash, number), ERR_NOT_FOUND); // once
    return err;
}

// The chain as the installer gets it, in pieces; its size.
static size_t fetch(void)
{
    uint32_t total = 0, state = 0;
    size_t used = 0, size = 1;
    while (size > 0) {
        CHECK_EQ(vault_vouched((uint32_t)used, bytes + used, 5000, &size, &total, &state), ERR_OK);
        used += size;
    }
    CHECK_EQ(used, total);
    return used;
}

static uint32_t voucher(uint64_t version)
{
    const struct program_register p = program(version);
    const struct program_offer offer = {p.name, version, p.code_root, p.package_root};
    struct chain_check check;
    struct chain_vouch out;
    CHECK_EQ(chain_verify(bytes, fetch(), &chain, &check), ERR_OK);
    const err_t err = chain_vouches(NULL, &chain, &offer, &out);
    CHECK_EQ(err, out.voucher == CHAIN_NOBODY ? ERR_DENIED : ERR_OK);
    return out.voucher;
}

static void test_without_seed(void)
{
    struct program_register p = program(1);
    uint32_t code = 9;
    CHECK_EQ(vouch(&p, &code), ERR_BAD_STATE);
    CHECK_EQ(fetch(), 0);
}

static void test_vouching(void)
{
    struct program_register p = program(2);
    uint32_t code = 9;
    uint8_t value[VAULT_OFFER_PROGRAM_VALUE_SIZE] = {0xa8};
    restore(PAYMENT_WORDS);
    CHECK_EQ(vault_offer_program(value, sizeof value, &code), ERR_BAD_DATA);
    CHECK_EQ(fetch(), 0);
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(code, CHAIN_GOOD);
    CHECK_EQ(voucher(2), CHAIN_USER);
    CHECK_EQ(voucher(1), CHAIN_NOBODY);
    CHECK_EQ(voucher(3), CHAIN_NOBODY);
    const size_t before = fetch();
    p = program(1); // the person may not be led back
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(code, CHAIN_REFUSED_PROGRAM_LOWER);
    CHECK_EQ(fetch(), before);
    p = program(3);
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(code, CHAIN_GOOD);
    CHECK_EQ(voucher(2), CHAIN_USER);
    p.revoked = true;
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(voucher(3), CHAIN_NOBODY);
    CHECK_EQ(voucher(2), CHAIN_NOBODY);
    CHECK_EQ(chain.recoveries, 0);
}

// Nothing is signed but for the number that was shown last, for the program that was shown.
static void test_answers(void)
{
    struct program_register p = program(4);
    uint8_t hash[32], wrong[32] = {1};
    uint32_t number = 0, again = 0, code = 9;
    uint64_t sequence = 0;
    const size_t before = fetch();
    CHECK_EQ(look(hash, &number, &sequence), ERR_NOT_FOUND);
    CHECK_EQ(offer(&p, &code), ERR_OK);
    CHECK_EQ(offer_state(), 1);
    CHECK_EQ(offer(&p, &code), ERR_BUSY);
    CHECK_EQ(vault_approve_program(hash, number), ERR_NOT_FOUND); // nobody has seen it
    CHECK_EQ(look(hash, &number, &sequence), ERR_OK);
    CHECK_EQ(look(hash, &again, &sequence), ERR_OK);
    CHECK(number != again);
    CHECK_EQ(vault_approve_program(wrong, again), ERR_NOT_FOUND);
    CHECK_EQ(vault_approve_program(hash, number), ERR_REFUSED); // of the prompt that died
    CHECK_EQ(vault_approve_program(hash, again), ERR_NOT_FOUND);
    CHECK_EQ(offer_state(), 3);
    CHECK_EQ(offer(&p, &code), ERR_OK);
    CHECK_EQ(look(hash, &number, &sequence), ERR_OK);
    CHECK_EQ(vault_reject_program(wrong), ERR_NOT_FOUND);
    CHECK_EQ(vault_reject_program(hash), ERR_OK);
    CHECK_EQ(offer_state(), 3);
    CHECK_EQ(vault_approve_program(hash, number), ERR_NOT_FOUND);
    CHECK_EQ(offer(&p, &code), ERR_OK);
    CHECK_EQ(vault_withdraw_program(), ERR_OK);
    CHECK_EQ(vault_program_waits(sequence + 1), ERR_NOT_FOUND);
    CHECK_EQ(look(hash, &number, &sequence), ERR_NOT_FOUND);
    CHECK_EQ(offer_state(), 0);
    CHECK_EQ(fetch(), before);
}

// The same words make the same chain, others another one; with the seed it is gone.
static void test_whose(void)
{
    struct program_register p = program(1);
    uint8_t id[CHAIN_HASH];
    uint32_t code = 9;
    size_t size = 0;
    uint8_t words[VAULT_CREATE_WORDS_SIZE + 1] = {0};
    memcpy(id, chain.id, sizeof id);
    CHECK_EQ(vault_forget(), ERR_OK);
    CHECK_EQ(fetch(), 0);
    CHECK_EQ(vouch(&p, &code), ERR_BAD_STATE);
    restore(PAYMENT_WORDS);
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(voucher(1), CHAIN_USER); // of version 3, and its revocation, nothing is left
    CHECK_MEM(chain.id, id, sizeof id);
    CHECK_EQ(vault_forget(), ERR_OK);
    CHECK_EQ(vault_create(words, VAULT_CREATE_WORDS_SIZE, &size), ERR_OK);
    words[size] = 0;
    restore((const char *)words);
    CHECK_EQ(vouch(&p, &code), ERR_OK);
    CHECK_EQ(voucher(1), CHAIN_USER);
    CHECK(memcmp(chain.id, id, sizeof id) != 0);
}

static void test_full(void)
{
    struct program_register p = program(1);
    uint32_t code = 0;
    err_t err = ERR_OK;
    for (uint64_t version = 2; err == ERR_OK && version < 100; version++) {
        p = program(version);
        err = vouch(&p, &code);
        CHECK_EQ(code, CHAIN_GOOD);
    }
    CHECK_EQ(err, ERR_NO_SLOT);
    CHECK_EQ(voucher(56), CHAIN_NOBODY);
    CHECK_EQ(voucher(55), CHAIN_USER); // the first entry is CREATE
    // What is left is for refusals: nobody can vouch the person out of them.
    uint64_t refused = 0;
    uint8_t name[32] = {'A'};
    CHECK_EQ(vault_refuse_program(name, 1, &refused), ERR_BAD_ARGUMENT);
    memcpy(name, "hello", 6);
    CHECK_EQ(vault_refuse_program(name, 0, &refused), ERR_OK);
    CHECK_EQ(refused, 55);
    CHECK_EQ(voucher(55), CHAIN_NOBODY);
    for (uint64_t version = 56; version < 63; version++)
        CHECK_EQ(vault_refuse_program(name, version, &refused), ERR_OK);
    CHECK_EQ(refused, 62);
    CHECK_EQ(vault_refuse_program(name, 62, &refused), ERR_OK); // said already: takes no room
    CHECK_EQ(vault_refuse_program(name, 63, &refused), ERR_NO_SLOT);
}

int main(void)
{
    fake_start();
    test_without_seed();
    test_vouching();
    test_answers();
    test_whose();
    test_full();
    return unit_done();
}

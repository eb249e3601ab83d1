// SPDX-License-Identifier: GPL-3.0-or-later
// Good chains, stolen keys, and what is read from a chain. What is refused: chain_refuse_test.c.
#include "format/chain_sample.h"
#include "tests/unit.h"

static struct sample mine, other;
static struct chain chain, second;
static struct chain_memory known;

static void verify(const struct sample *s, struct chain *out)
{
    struct chain_check check;
    CHECK_EQ(chain_verify(s->bytes, s->size, out, &check), ERR_OK);
    CHECK_EQ(check.refusal, CHAIN_GOOD);
    CHECK_EQ(check.entry, out->count);
}

static uint32_t compare(const struct sample *before, const struct sample *after)
{
    enum chain_refusal why;
    verify(before, &chain);
    chain_remember(&chain, &known);
    verify(after, &second);
    CHECK_EQ(chain_compare(&known, &second, &why), why == CHAIN_GOOD ? ERR_OK : ERR_BAD_STATE);
    return why;
}

static void test_values(void)
{
    struct span value;
    enum chain_refusal why;
    sample_begin(&mine);
    sample_write(&mine, "note", REGISTER_RAW, 'a');
    sample_write(&mine, "once", REGISTER_READONLY, 'b');
    sample_write(&mine, "note", REGISTER_RAW, 'c');
    sample_write(&mine, "list", REGISTER_APPEND, 'd');
    verify(&mine, &chain);
    CHECK_EQ(chain.count, 5);
    CHECK_EQ(chain.register_count, 3);
    CHECK_EQ(chain_value(&chain, "note", &value, &why), ERR_OK);
    CHECK(value.size == 1 && value.at[0] == 'c');
    CHECK_EQ(chain_value(&chain, "once", &value, &why), ERR_OK);
    CHECK(value.size == 1 && value.at[0] == 'b');
    CHECK_EQ(chain_value(&chain, "nothing", &value, &why), ERR_NOT_FOUND);
    CHECK_EQ(why, CHAIN_REFUSED_REGISTER_UNKNOWN);
    CHECK_EQ(chain_register_find(&chain, "note")->writes, 2);
    CHECK_EQ(chain_register_find(&chain, "note")->last, 3);
}

// What is written by chain_draft_sign is what the sample writes.
static void test_draft(void)
{
    uint8_t entry[CHAIN_ENTRY_MAX], next[CHAIN_HASH], recovery[CHAIN_HASH];
    size_t size, written;
    struct chain_draft draft = {.time = 1800000000, .operation = CHAIN_CREATE, .name = ""};
    chain_commit_next(sample_public(1), next);
    chain_commit_recovery(sample_public(SAMPLE_RECOVERY), recovery);
    memset(&chain, 0, sizeof chain);
    CHECK_EQ(chain_draft_sign(&chain, 0, &draft, sample_secret(1), entry, sizeof entry, &size),
             ERR_BAD_ARGUMENT);
    draft.next = next;
    draft.recovery = recovery;
    CHECK_EQ(chain_draft_sign(&chain, 0, &draft, sample_secret(1), entry, sizeof entry, &size),
             ERR_OK);
    sample_begin(&mine);
    CHECK(size == mine.size && memcmp(entry, mine.bytes, size) == 0);
    verify(&mine, &chain);
    written = mine.size;
    chain_commit_next(sample_public(2), next);
    draft = (struct chain_draft){
        .time = 1800000000,
        .operation = CHAIN_WRITE,
        .name = "note",
        .type = REGISTER_RAW,
        .value = {(const uint8_t *)"x", 1},
        .next = next
    };
    CHECK_EQ(chain_draft_sign(&chain, 1, &draft, sample_secret(1), entry, sizeof entry, &size),
             ERR_OK);
    sample_say(&mine, (struct words){.operation = CHAIN_WRITE,
                                     .name = "note",
                                     .type = REGISTER_RAW,
                                     .value = "x",
                                     .value_size = 1,
                                     .next = 2});
    CHECK(size == mine.size - written && memcmp(entry, mine.bytes + written, size) == 0);
    verify(&mine, &chain);
    draft.next = NULL; // by key 2 now, which stays
    CHECK_EQ(chain_draft_sign(&chain, 2, &draft, sample_secret(2), entry, sizeof entry, &size),
             ERR_OK);
    written = mine.size;
    sample_say(&mine, (struct words){.operation = CHAIN_WRITE,
                                     .name = "note",
                                     .type = REGISTER_RAW,
                                     .value = "x",
                                     .value_size = 1,
                                     .by = 2});
    CHECK(size == mine.size - written && memcmp(entry, mine.bytes + written, size) == 0);
    verify(&mine, &chain);
    CHECK_EQ(chain_draft_sign(&chain, 2, &draft, sample_secret(2), entry, size - 1, &size),
             ERR_TOO_SMALL);
    CHECK_EQ(chain_draft_sign(&chain, 4, &draft, sample_secret(2), entry, sizeof entry, &size),
             ERR_BAD_ARGUMENT);
}

// The thief of key 1 writes and changes the key to his own; the owner recovers behind the entry
// before; whoever knew the thief's branch takes the owner's, and never goes back.
static void test_recovery(void)
{
    enum chain_refusal why;
    struct span value;
    sample_begin(&mine);
    sample_write(&mine, "note", REGISTER_RAW, 'a');
    other = mine;
    sample_say(&other, (struct words){.operation = CHAIN_WRITE,
                                      .name = "note",
                                      .type = REGISTER_RAW,
                                      .value = "t",
                                      .value_size = 1,
                                      .next = 3});
    sample_say(&other, (struct words){.operation = CHAIN_REVOKE, .by = 3}); // to be sure
    sample_say(
        &mine,
        (struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 4, .recovery = 8});
    CHECK_EQ(compare(&other, &mine), CHAIN_GOOD);
    CHECK_EQ(second.recoveries, 1);
    CHECK(!second.revoked && second.recovered[2]);
    CHECK_EQ(chain_value(&second, "note", &value, &why), ERR_OK);
    CHECK(value.at[0] == 'a');
    CHECK_EQ(compare(&mine, &other), CHAIN_REFUSED_VOIDED);
    sample_say(&mine, (struct words){.operation = CHAIN_WRITE,
                                     .name = "note",
                                     .type = REGISTER_RAW,
                                     .value = "b",
                                     .value_size = 1,
                                     .by = 4});
    CHECK_EQ(compare(&other, &mine), CHAIN_GOOD);
    CHECK_EQ(compare(&mine, &other), CHAIN_REFUSED_VOIDED);
    CHECK_EQ(chain_value(&chain, "note", &value, &why), ERR_OK);
    CHECK(value.at[0] == 'b');
}

// The same at the end of the thief's branch: what he wrote stays, and he can write no more.
static void test_recovery_behind(void)
{
    sample_begin(&mine);
    sample_say(&mine, (struct words){.operation = CHAIN_WRITE,
                                     .name = "note",
                                     .type = REGISTER_RAW,
                                     .value = "t",
                                     .value_size = 1,
                                     .next = 3});
    other = mine;
    sample_say(
        &mine,
        (struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 4, .recovery = 8});
    CHECK_EQ(compare(&other, &mine), CHAIN_GOOD);
    sample_say(&other, (struct words){.operation = CHAIN_CLAIM, .by = 3, .next = 3});
    CHECK_EQ(compare(&other, &mine), CHAIN_GOOD);
    CHECK_EQ(compare(&mine, &other), CHAIN_REFUSED_VOIDED);
    // A second recovery, with the key to which the first one committed.
    sample_say(&mine, (struct words){.operation = CHAIN_CLAIM, .by = 8, .next = 5, .recovery = 6});
    verify(&mine, &chain);
    CHECK_EQ(chain.recoveries, 2);
}

// The recovery key that was replaced takes nothing back any more, wherever its thief begins: it has
// signed two recoveries, and who knows one of them keeps to it.
static void test_recovery_spent(void)
{
    sample_begin(&mine);
    sample_write(&mine, "note", REGISTER_RAW, 'a');
    other = mine;
    sample_write(&mine, "note", REGISTER_RAW, 'b');
    sample_say(
        &mine,
        (struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 4, .recovery = 8});
    sample_say(
        &other,
        (struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 3, .recovery = 6});
    CHECK_EQ(compare(&mine, &other), CHAIN_REFUSED_RECOVERY_FORK);
    sample_say(&mine, (struct words){.operation = CHAIN_WRITE,
                                     .name = "note",
                                     .type = REGISTER_RAW,
                                     .value = "c",
                                     .value_size = 1,
                                     .by = 4});
    CHECK_EQ(compare(&mine, &other), CHAIN_REFUSED_RECOVERY_FORK);
    CHECK_EQ(compare(&other, &mine), CHAIN_REFUSED_VOIDED);
}

static void test_growth(void)
{
    sample_begin(&mine);
    sample_say(&mine, (struct words){.operation = CHAIN_CLAIM, .next = 2}); // a rotation
    other = mine;
    CHECK_EQ(compare(&mine, &other), CHAIN_GOOD);
    sample_say(&other, (struct words){.operation = CHAIN_CLAIM, .by = 2});
    CHECK_EQ(compare(&mine, &other), CHAIN_GOOD);
    CHECK_EQ(compare(&other, &mine), CHAIN_REFUSED_OLDER);
    enum chain_refusal why;
    known.count = 0; // nothing is known
    CHECK_EQ(chain_compare(&known, &second, &why), ERR_OK);
}

static void test_programs(void)
{
    struct program_register p = sample_program(1), out;
    enum chain_refusal why;
    sample_begin(&mine);
    sample_program_write(&mine, &p);
    p = sample_program(3);
    p.minimum = 2;
    sample_program_write(&mine, &p);
    p.revoked = true;
    sample_program_write(&mine, &p);
    p = sample_program(4);
    p.minimum = 2;
    sample_program_write(&mine, &p);
    verify(&mine, &chain);
    CHECK_EQ(chain_program(&chain, "hello", &out, &why), ERR_OK);
    CHECK(out.version == 4 && !out.revoked);
    CHECK_EQ(chain_program_version(&chain, "hello", 3, &out, &why), ERR_OK);
    CHECK(out.version == 3 && out.minimum == 2 && out.revoked && out.code_root[1] == 3);
    CHECK_EQ(chain_program_version(&chain, "hello", 1, &out, &why), ERR_OK);
    CHECK(out.version == 1 && out.minimum == 2 && out.revoked); // all below are revoked too
    CHECK_EQ(chain_program_version(&chain, "hello", 4, &out, &why), ERR_OK);
    CHECK(!out.revoked);
    CHECK_EQ(chain_program_version(&chain, "hello", 2, &out, &why), ERR_NOT_FOUND);
    CHECK_EQ(why, CHAIN_REFUSED_PROGRAM_REVOKED); // never listed, and revoked with 3
    CHECK_EQ(chain_program_version(&chain, "hello", 5, &out, &why), ERR_NOT_FOUND);
    CHECK_EQ(why, CHAIN_REFUSED_VERSION_UNKNOWN);
    sample_say(&mine,
               (struct words){.operation = CHAIN_REVOKE, .name = "hello", .type = REGISTER_OBJECT});
    verify(&mine, &chain);
    CHECK_EQ(chain_program(&chain, "hello", &out, &why), ERR_OK);
    CHECK(out.version == 4 && out.revoked);
}

static void test_moved(void)
{
    uint8_t citation[2 * CHAIN_HASH];
    struct program_register p = sample_program(2);
    enum chain_refusal why;
    sample_begin(&mine);
    sample_begin(&other);
    sample_say(&other, (struct words){.operation = CHAIN_CLAIM, .time = 1800000001});
    other.size = 0; // another chain: another time of its CREATE
    other.sequence = 0;
    memset(other.hash, 0, sizeof other.hash);
    sample_say(&other, (struct words){.operation = CHAIN_CREATE});
    verify(&other, &second);
    sample_program_write(&mine, &p);
    sample_say(&mine, (struct words){.operation = CHAIN_TRANSFER,
                                     .name = "hello",
                                     .type = REGISTER_OBJECT,
                                     .value = second.id,
                                     .value_size = CHAIN_HASH});
    verify(&mine, &chain);
    memcpy(citation, chain.id, CHAIN_HASH);
    memcpy(citation + CHAIN_HASH, chain.hash[2], CHAIN_HASH);
    sample_say(&other, (struct words){.operation = CHAIN_CLAIM,
                                      .name = "hello",
                                      .type = REGISTER_OBJECT,
                                      .value = citation,
                                      .value_size = sizeof citation});
    verify(&other, &second);
    CHECK_EQ(chain_moved(&chain, &second, "hello", &why), ERR_OK);
    p = sample_program(3);
    sample_program_write(&other, &p);
    verify(&other, &second);
    CHECK_EQ(chain_moved(&chain, &second, "hello", &why), ERR_OK);
    CHECK_EQ(chain_moved(&second, &chain, "hello", &why), ERR_BAD_STATE);
    CHECK_EQ(why, CHAIN_REFUSED_NOT_GIVEN);
}

// A register that went to another chain and came back, `mine`'s, of that type.
static void away_and_back(const char *name, uint32_t type)
{
    static const uint8_t elsewhere[2 * CHAIN_HASH] = {1};
    sample_say(&mine, (struct words){.operation = CHAIN_TRANSFER,
                                     .name = name,
                                     .type = type,
                                     .value = elsewhere,
                                     .value_size = CHAIN_HASH});
    sample_say(&mine, (struct words){.operation = CHAIN_CLAIM,
                                     .name = name,
                                     .type = type,
                                     .value = elsewhere,
                                     .value_size = sizeof elsewhere});
}

static uint32_t refusal_of(const struct sample *s)
{
    struct chain_check check;
    return chain_verify(s->bytes, s->size, &chain, &check) == ERR_OK ? CHAIN_GOOD : check.refusal;
}

// Giving a register away, be it to nobody, and taking it back undoes none of what was said: nothing
// falls, nothing is brought back, and what is written once is.
static void test_moved_back(void)
{
    struct program_register p = sample_program(3);
    sample_begin(&mine);
    p.minimum = 2;
    p.revoked = true;
    sample_program_write(&mine, &p);
    away_and_back("hello", REGISTER_OBJECT);
    CHECK_EQ(refusal_of(&mine), CHAIN_GOOD);
    other = mine;
    p = sample_program(2);
    p.minimum = 2;
    sample_program_write(&mine, &p);
    CHECK_EQ(refusal_of(&mine), CHAIN_REFUSED_PROGRAM_LOWER);
    mine = other;
    p = sample_program(4);
    sample_program_write(&mine, &p);
    CHECK_EQ(refusal_of(&mine), CHAIN_REFUSED_PROGRAM_MINIMUM);
    mine = other;
    p = sample_program(3);
    p.minimum = 2;
    sample_program_write(&mine, &p);
    CHECK_EQ(refusal_of(&mine), CHAIN_REFUSED_PROGRAM_UNREVOKED);
    mine = other;
    p.version = 4;
    sample_program_write(&mine, &p);
    CHECK_EQ(refusal_of(&mine), CHAIN_GOOD);
    sample_begin(&mine);
    sample_write(&mine, "once", REGISTER_READONLY, 'a');
    away_and_back("once", REGISTER_READONLY);
    sample_write(&mine, "once", REGISTER_READONLY, 'b');
    CHECK_EQ(refusal_of(&mine), CHAIN_REFUSED_READONLY);
}

static struct program_register hello;
static const struct program_offer offer = {"hello", 2, hello.code_root, hello.package_root};

// Who vouches, if the developer and the user say these things of version 2.
static uint32_t voucher(bool developer, bool user, bool refused)
{
    struct chain_vouch out;
    struct program_register newer = sample_program(3);
    hello = sample_program(2);
    sample_begin(&mine);
    if (developer)
        sample_program_write(&mine, &hello);
    verify(&mine, &chain);
    sample_begin(&other);
    if (user)
        sample_program_write(&other, &hello);
    newer.revoked = true;
    if (refused)
        sample_program_write(&other, &newer);
    verify(&other, &second);
    err_t err = chain_vouches(&chain, &second, &offer, &out);
    CHECK_EQ(err, out.voucher == CHAIN_NOBODY ? ERR_DENIED : ERR_OK);
    return out.voucher;
}

static void test_vouching(void)
{
    struct chain_vouch out;
    CHECK_EQ(voucher(false, false, false), CHAIN_NOBODY);
    CHECK_EQ(voucher(true, false, false), CHAIN_DEVELOPER);
    CHECK_EQ(voucher(false, true, false), CHAIN_USER);
    CHECK_EQ(voucher(true, true, false), CHAIN_USER);
    CHECK_EQ(voucher(true, false, true), CHAIN_NOBODY);
    CHECK_EQ(voucher(true, true, true), CHAIN_NOBODY);
    CHECK_EQ(voucher(true, false, false), CHAIN_DEVELOPER);
    CHECK_EQ(chain_vouches(&chain, NULL, &offer, &out), ERR_OK);
    CHECK_EQ(out.user, CHAIN_REFUSED_NO_CHAIN);
    CHECK_EQ(chain_vouches(NULL, NULL, &offer, &out), ERR_DENIED);
    CHECK_EQ(out.developer, CHAIN_REFUSED_NO_CHAIN);
}

// What the person refused stays refused when the person vouches for what came later, whether the
// device's chain ever listed it or not.
static void test_refused_before(void)
{
    struct chain_vouch out;
    struct program_register p = sample_program(3);
    CHECK_EQ(voucher(true, false, false), CHAIN_DEVELOPER);
    p.revoked = true;
    sample_program_write(&other, &p);
    p = sample_program(4);
    sample_program_write(&other, &p);
    verify(&other, &second);
    CHECK_EQ(chain_vouches(&chain, &second, &offer, &out), ERR_DENIED);
    CHECK_EQ(out.user, CHAIN_REFUSED_PROGRAM_REVOKED);
    const struct program_offer later = {"hello", 4, p.code_root, p.package_root};
    CHECK_EQ(chain_vouches(&chain, &second, &later, &out), ERR_OK);
}

// Any bit of a chain counts.
static void test_every_byte(void)
{
    struct chain_check check;
    sample_begin(&mine);
    sample_write(&mine, "note", REGISTER_RAW, 'a');
    for (size_t i = 0; i < mine.size; i += i < mine.last ? 61 : 7) {
        mine.bytes[i] ^= (uint8_t)(1u << i % 8);
        CHECK(chain_verify(mine.bytes, mine.size, &chain, &check) != ERR_OK);
        CHECK(check.refusal != CHAIN_GOOD && chain.count == 0 && chain.bytes == NULL);
        mine.bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    verify(&mine, &chain);
}

int main(void)
{
    test_values();
    test_draft();
    test_recovery();
    test_recovery_behind();
    test_recovery_spent();
    test_growth();
    test_programs();
    test_moved();
    test_moved_back();
    test_vouching();
    test_refused_before();
    test_every_byte();
    return unit_done();
}

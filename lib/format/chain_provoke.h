// SPDX-License-Identifier: GPL-3.0-or-later
// The first half of chain_refuse_test.c: bad files, bad entries, entries in the wrong place, and
// signatures.
#pragma once
#include "format/chain_sample.h"
#include "tests/unit.h"

static struct sample mine, other;
static struct chain chain, second;
static struct chain_check check;
static uint32_t expected_entry; // at which the refusal must be found

static uint32_t verify(const struct sample *s)
{
    err_t err = chain_verify(s->bytes, s->size, &chain, &check);
    CHECK_EQ(check.entry, expected_entry);
    if (check.refusal != CHAIN_GOOD)
        CHECK_EQ(err, check.refusal == CHAIN_REFUSED_SIGNATURE ? ERR_BAD_SIGNATURE : ERR_BAD_DATA);
    return check.refusal;
}

static void must_verify(const struct sample *s, struct chain *out)
{
    CHECK_EQ(chain_verify(s->bytes, s->size, out, &check), ERR_OK);
}

// A chain with one good entry, and one more.
static uint32_t second_entry(struct words w)
{
    expected_entry = 1;
    sample_begin(&mine);
    sample_say(&mine, w);
    return verify(&mine);
}

static struct words raw(const char *name, char value)
{
    static char at;
    at = value;
    return (struct words){.operation = CHAIN_WRITE,
                          .name = name,
                          .type = REGISTER_RAW,
                          .value = &at,
                          .value_size = 1};
}

// Three entries: the chain, a value, and one more of the same register.
static uint32_t third_entry(struct words first, struct words then)
{
    expected_entry = 2;
    sample_begin(&mine);
    sample_say(&mine, first);
    sample_say(&mine, then);
    return verify(&mine);
}

// The second entry's body with `remove` bytes at `at` replaced by `with`.
static uint32_t edited(size_t at, size_t remove, const void *with, size_t size)
{
    uint8_t body[CHAIN_BODY_MAX + 8];
    expected_entry = 1;
    sample_begin(&mine);
    size_t length = sample_body(&mine, raw("note", 'a'), body);
    at = at < length ? at : length;
    memmove(body + at + size, body + at + remove, length - at - remove);
    memcpy(body + at, with, size);
    sample_sign(&mine, body, length - remove + size);
    return verify(&mine);
}

static uint32_t provoke_EMPTY(void)
{
    expected_entry = 0;
    mine.size = 0;
    return verify(&mine);
}

static uint32_t provoke_TOO_LARGE(void)
{
    expected_entry = 0;
    mine.size = CHAIN_MAX + 1;
    return verify(&mine);
}

static uint32_t provoke_TOO_MANY(void)
{
    expected_entry = CHAIN_ENTRIES;
    sample_begin(&mine);
    while (mine.sequence <= CHAIN_ENTRIES)
        sample_write(&mine, "note", REGISTER_RAW, 'a');
    return verify(&mine);
}

static uint32_t provoke_TRUNCATED(void)
{
    expected_entry = 1;
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    const size_t whole = mine.size;
    for (mine.size = mine.last + 1; mine.size < whole; mine.size += 97)
        CHECK_EQ(verify(&mine), CHAIN_REFUSED_TRUNCATED);
    mine.size = whole - 1;
    return verify(&mine);
}

static uint32_t provoke_NOT_CHAIN(void)
{
    expected_entry = 0;
    memcpy(mine.bytes, "hello", mine.size = 5);
    return verify(&mine);
}

static uint32_t provoke_TRAILING(void)
{
    expected_entry = 1;
    sample_begin(&mine);
    mine.bytes[mine.size++] = 0;
    return verify(&mine);
}

static uint32_t provoke_FIELD(void)
{
    CHECK_EQ(edited(0, 1, "\xab", 1), CHAIN_REFUSED_FIELD);     // one more than there are
    CHECK_EQ(edited(1, 1, "\x02", 1), CHAIN_REFUSED_FIELD);     // another one
    CHECK_EQ(edited(2, 1, "\x41\x01", 2), CHAIN_REFUSED_FIELD); // of another kind
    CHECK_EQ(second_entry((struct words){.operation = CHAIN_WRITE, .name = "note"}),
             CHAIN_REFUSED_FIELD); // no type
    return edited(3, 6, "", 0);    // missing
}

static uint32_t provoke_RANGE(void)
{
    struct words large = raw("note", 'a');
    static const uint8_t value[REGISTER_VALUE + 1];
    large.value = value;
    large.value_size = sizeof value;
    CHECK_EQ(second_entry(large), CHAIN_REFUSED_RANGE);
    large = raw("note", 'a');
    large.time = (uint64_t)1 << CHAIN_TIME_BITS;
    return second_entry(large);
}

static uint32_t provoke_NOT_DETERMINISTIC(void)
{
    CHECK_EQ(edited(0, 1, "\xbf", 1), CHAIN_REFUSED_NOT_DETERMINISTIC); // length unknown
    CHECK_EQ(edited(1, 1, "\x18\x01", 2), CHAIN_REFUSED_NOT_DETERMINISTIC);
    return edited(2, 1, "\x18\x01", 2);
}

static uint32_t provoke_INSIDE(void)
{
    return edited(CHAIN_BODY_MAX, 0, "\x00", 1);
}

static uint32_t provoke_KEY_TYPE(void)
{
    struct words w = raw("note", 'a');
    w.key_type = 2;
    return second_entry(w);
}

static uint32_t provoke_OPERATION(void)
{
    CHECK_EQ(second_entry((struct words){.operation = 0}), CHAIN_REFUSED_OPERATION);
    return second_entry((struct words){.operation = CHAIN_OPERATION_LAST + 1});
}

static uint32_t provoke_REGISTER_TYPE(void)
{
    struct words w = raw("note", 'a');
    w.type = REGISTER_TYPE_LAST + 1;
    return second_entry(w);
}

static uint32_t provoke_REGISTER_NAME(void)
{
    CHECK_EQ(second_entry(raw("", 'a')), CHAIN_REFUSED_REGISTER_NAME);
    CHECK_EQ(second_entry(raw("abcdefghijklmnopqrstuvwxyz0123456", 'a')),
             CHAIN_REFUSED_REGISTER_NAME);
    return second_entry(raw("Note", 'a'));
}

static uint32_t provoke_NO_REGISTER(void)
{
    return second_entry((struct words){.operation = CHAIN_WRITE});
}

static uint32_t provoke_OTHER_REGISTER(void)
{
    return second_entry((struct words){.operation = CHAIN_REVOKE, .value = "a", .value_size = 1});
}

static uint32_t provoke_NOT_CREATE(void)
{
    expected_entry = 0;
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    memmove(mine.bytes, mine.bytes + mine.last, mine.size -= mine.last);
    return verify(&mine);
}

static uint32_t provoke_CREATE_AGAIN(void)
{
    return second_entry((struct words){.operation = CHAIN_CREATE});
}

static uint32_t provoke_GAP(void)
{
    expected_entry = 1;
    sample_begin(&mine);
    const size_t first = mine.size;
    sample_say(&mine, raw("note", 'a'));
    sample_say(&mine, raw("note", 'b'));
    memmove(mine.bytes + first, mine.bytes + mine.last, mine.size - mine.last);
    mine.size -= mine.last - first;
    return verify(&mine);
}

static uint32_t provoke_REPLAY(void)
{
    expected_entry = 2;
    sample_begin(&mine);
    const size_t first = mine.size;
    sample_say(&mine, raw("note", 'a'));
    const size_t length = mine.size - first;
    memcpy(mine.bytes + mine.size, mine.bytes + first, length);
    mine.size += length;
    return verify(&mine);
}

static uint32_t provoke_PREVIOUS(void)
{
    expected_entry = 1;
    sample_begin(&mine);
    mine.hash[0] ^= 1;
    sample_say(&mine, raw("note", 'a'));
    return verify(&mine);
}

static uint32_t provoke_TIME(void)
{
    struct words w = raw("note", 'a');
    w.time = 1799999999;
    return second_entry(w);
}

static uint32_t provoke_CHAIN_REVOKED(void)
{
    return third_entry((struct words){.operation = CHAIN_REVOKE}, raw("note", 'a'));
}

static uint32_t provoke_KEY_MISSING(void)
{
    expected_entry = 0;
    sample_begin(&mine);
    mine.size = 0;
    mine.sequence = 0;
    memset(mine.hash, 0, sizeof mine.hash);
    sample_say(&mine, (struct words){.operation = CHAIN_CREATE, .key_absent = true});
    return verify(&mine);
}

static uint32_t provoke_KEY_REPEATED(void)
{
    struct words w = raw("note", 'a');
    w.key_present = true;
    return second_entry(w);
}

static uint32_t provoke_WRONG_KEY(void)
{
    struct words w = raw("note", 'a');
    w.by = 2;
    CHECK_EQ(second_entry(w), CHAIN_REFUSED_WRONG_KEY);
    w = raw("note", 'a');
    w.next = 2; // and then the old key goes on
    return third_entry(w, raw("note", 'b'));
}

// Each half damaged, each half removed, and a signature of something else.
static uint32_t provoke_SIGNATURE(void)
{
    static const size_t at[] = {0, 63, 64, 64 + 3308};
    expected_entry = 1;
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    uint8_t *signature = mine.bytes + mine.size - HYBRID_SIZE;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        signature[at[i]] ^= 1;
        CHECK_EQ(verify(&mine), CHAIN_REFUSED_SIGNATURE);
        signature[at[i]] ^= 1;
    }
    other = mine;
    other.size -= HYBRID_SIZE + 3; // ML-DSA removed
    other.bytes[other.size] = 0x58;
    other.bytes[other.size + 1] = 64;
    memcpy(other.bytes + other.size + 2, signature, 64);
    other.size += 2 + 64;
    CHECK_EQ(verify(&other), CHAIN_REFUSED_SIGNATURE);
    other = mine;
    other.bytes[other.size - HYBRID_SIZE - 2] = (HYBRID_SIZE - 64) >> 8; // Ed25519 removed
    other.bytes[other.size - HYBRID_SIZE - 1] = (HYBRID_SIZE - 64) & 255;
    memmove(other.bytes + other.size - HYBRID_SIZE, signature + 64, HYBRID_SIZE - 64);
    other.size -= 64;
    CHECK_EQ(verify(&other), CHAIN_REFUSED_SIGNATURE);
    other = mine; // a byte too many
    other.bytes[other.size - HYBRID_SIZE - 2] = (HYBRID_SIZE + 1) >> 8;
    other.bytes[other.size - HYBRID_SIZE - 1] = (HYBRID_SIZE + 1) & 255;
    other.bytes[other.size++] = 0;
    CHECK_EQ(verify(&other), CHAIN_REFUSED_SIGNATURE);
    memset(signature, 0, 64); // instead of removed, empty
    CHECK_EQ(verify(&mine), CHAIN_REFUSED_SIGNATURE);
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    mine.bytes[mine.size - HYBRID_SIZE - 4] ^= 1; // the value
    return verify(&mine);
}

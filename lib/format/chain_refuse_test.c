// SPDX-License-Identifier: GPL-3.0-or-later
// One bad chain, or one thing that leans on a chain, for each refusal: a refusal without its
// provoke_ function does not compile.
#include "format/chain_provoke.h"

static uint32_t provoke_RECOVERY_CHANGED(void)
{
    struct words w = raw("note", 'a');
    w.recovery = 6;
    return second_entry(w);
}

static uint32_t provoke_RECOVERY_KEPT(void)
{
    return second_entry((struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = 2});
}

static uint32_t provoke_NEXT_KEPT(void)
{
    return second_entry(
        (struct words){.operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .recovery = 6});
}

static uint32_t provoke_RECOVERY_ONLY(void)
{
    struct words w = raw("note", 'a');
    w.by = SAMPLE_RECOVERY;
    w.next = 2;
    w.recovery = 6;
    return second_entry(w);
}

static uint32_t provoke_REGISTERS(void)
{
    char name[2] = "a";
    expected_entry = 1 + CHAIN_REGISTERS;
    sample_begin(&mine);
    for (uint32_t i = 0; i <= CHAIN_REGISTERS; i++) {
        name[0] = (char)(i < 26 ? 'a' + (char)i : '0' + (char)(i - 26));
        sample_write(&mine, name, REGISTER_RAW, 'x');
    }
    return verify(&mine);
}

static uint32_t provoke_REGISTER_UNKNOWN(void)
{
    CHECK_EQ(second_entry((struct words){.operation = CHAIN_TRANSFER,
                                         .name = "note",
                                         .type = REGISTER_RAW,
                                         .value = mine.hash,
                                         .value_size = CHAIN_HASH}),
             CHAIN_REFUSED_REGISTER_UNKNOWN);
    return second_entry(
        (struct words){.operation = CHAIN_REVOKE, .name = "note", .type = REGISTER_RAW});
}

static uint32_t provoke_TYPE_CHANGED(void)
{
    struct words w = raw("note", 'b');
    w.type = REGISTER_READONLY;
    return third_entry(raw("note", 'a'), w);
}

static uint32_t provoke_READONLY(void)
{
    struct words w = raw("note", 'a');
    w.type = REGISTER_READONLY;
    return third_entry(w, w);
}

static uint32_t provoke_APPEND_ONLY(void)
{
    struct words w = raw("list", 'a');
    w.type = REGISTER_APPEND;
    return second_entry(w);
}

static uint32_t provoke_NOT_APPEND(void)
{
    struct words w = raw("note", 'a');
    w.operation = CHAIN_APPEND;
    return second_entry(w);
}

static struct words revoke(const char *name)
{
    return (struct words){.operation = CHAIN_REVOKE, .name = name, .type = REGISTER_RAW};
}

static uint32_t provoke_REGISTER_REVOKED(void)
{
    expected_entry = 3;
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    sample_say(&mine, revoke("note"));
    sample_say(&mine, raw("note", 'b'));
    return verify(&mine);
}

// A transfer of a register of that type to another chain.
static struct words give(const char *name, uint32_t type)
{
    static const uint8_t elsewhere[CHAIN_HASH] = {1};
    return (struct words){.operation = CHAIN_TRANSFER,
                          .name = name,
                          .type = type,
                          .value = elsewhere,
                          .value_size = CHAIN_HASH};
}

static struct words claim(const char *name, uint32_t type, size_t size)
{
    static const uint8_t citation[3 * CHAIN_HASH] = {1};
    return (struct words){.operation = CHAIN_CLAIM,
                          .name = name,
                          .type = type,
                          .value = citation,
                          .value_size = size};
}

static uint32_t provoke_REGISTER_GIVEN(void)
{
    expected_entry = 3;
    sample_begin(&mine);
    sample_say(&mine, raw("note", 'a'));
    sample_say(&mine, give("note", REGISTER_RAW));
    other = mine;
    sample_say(&other, revoke("note"));
    CHECK_EQ(verify(&other), CHAIN_REFUSED_REGISTER_GIVEN);
    sample_say(&mine, raw("note", 'b'));
    return verify(&mine);
}

static uint32_t provoke_REGISTER_EMPTY(void)
{
    struct span value;
    enum chain_refusal why;
    sample_begin(&mine);
    sample_say(&mine, claim("note", REGISTER_RAW, 2 * CHAIN_HASH));
    must_verify(&mine, &chain);
    CHECK_EQ(chain_value(&chain, "note", &value, &why), ERR_NOT_FOUND);
    return why;
}

static uint32_t provoke_HELD(void)
{
    return third_entry(raw("note", 'a'), claim("note", REGISTER_RAW, 2 * CHAIN_HASH));
}

static uint32_t provoke_CITATION(void)
{
    struct words w = give("note", REGISTER_RAW);
    w.value_size--;
    CHECK_EQ(third_entry(raw("note", 'a'), w), CHAIN_REFUSED_CITATION);
    CHECK_EQ(second_entry(claim("note", REGISTER_RAW, CHAIN_HASH)), CHAIN_REFUSED_CITATION);
    return second_entry(claim("note", REGISTER_RAW, 3 * CHAIN_HASH));
}

static uint32_t provoke_SELF(void)
{
    uint8_t citation[2 * CHAIN_HASH] = {0};
    struct words w = give("note", REGISTER_RAW);
    sample_begin(&mine);
    memcpy(citation, mine.hash, CHAIN_HASH);
    w.value = citation;
    CHECK_EQ(third_entry(raw("note", 'a'), w), CHAIN_REFUSED_SELF);
    w = claim("note", REGISTER_RAW, sizeof citation);
    w.value = citation;
    return second_entry(w);
}

static uint32_t provoke_VALUE(void)
{
    struct words w = raw("note", 'b');
    w.operation = CHAIN_REVOKE;
    return third_entry(raw("note", 'a'), w);
}

static uint32_t provoke_PROGRAM(void)
{
    struct words w = raw("hello", 'a');
    w.type = REGISTER_OBJECT;
    return second_entry(w);
}

static uint32_t provoke_PROGRAM_NAME(void)
{
    struct program_register p = sample_program(1);
    memcpy(p.name, "jello", 5);
    expected_entry = 1;
    sample_begin(&mine);
    sample_program_write(&mine, &p);
    return verify(&mine);
}

// One program after another.
static uint32_t programs(struct program_register before, struct program_register after)
{
    expected_entry = 2;
    sample_begin(&mine);
    sample_program_write(&mine, &before);
    sample_program_write(&mine, &after);
    return verify(&mine);
}

static uint32_t provoke_PROGRAM_LOWER(void)
{
    return programs(sample_program(2), sample_program(1));
}

static uint32_t provoke_PROGRAM_CHANGED(void)
{
    struct program_register p = sample_program(2);
    p.code_root[31] = 1;
    CHECK_EQ(programs(sample_program(2), p), CHAIN_REFUSED_PROGRAM_CHANGED);
    p = sample_program(2);
    p.size++;
    CHECK_EQ(programs(sample_program(2), p), CHAIN_REFUSED_PROGRAM_CHANGED);
    p = sample_program(2);
    p.package_root[31] = 1;
    return programs(sample_program(2), p);
}

static uint32_t provoke_PROGRAM_MINIMUM(void)
{
    struct program_register p = sample_program(2);
    p.minimum = 2;
    return programs(p, sample_program(3));
}

static uint32_t provoke_PROGRAM_UNREVOKED(void)
{
    struct program_register p = sample_program(2);
    p.revoked = true;
    return programs(p, sample_program(2));
}

static uint32_t provoke_NOT_PROGRAM(void)
{
    struct program_register p;
    enum chain_refusal why;
    sample_begin(&mine);
    sample_say(&mine, raw("hello", 'a'));
    must_verify(&mine, &chain);
    CHECK_EQ(chain_program(&chain, "hello", &p, &why), ERR_NOT_FOUND);
    return why;
}

// `after` beside a memory of `before`.
static uint32_t compare(const struct sample *before, const struct sample *after)
{
    static struct chain_memory known;
    enum chain_refusal why;
    must_verify(before, &chain);
    chain_remember(&chain, &known);
    must_verify(after, &second);
    CHECK_EQ(chain_compare(&known, &second, &why), ERR_BAD_STATE);
    return why;
}

// Another chain of the same keys.
static void begin_other(void)
{
    sample_begin(&other);
    other.size = 0;
    other.sequence = 0;
    memset(other.hash, 0, sizeof other.hash);
    sample_say(&other, (struct words){.operation = CHAIN_CREATE, .time = 1800000001});
}

static uint32_t provoke_OTHER_CHAIN(void)
{
    sample_begin(&mine);
    begin_other();
    return compare(&mine, &other);
}

static uint32_t provoke_OLDER(void)
{
    sample_begin(&mine);
    sample_begin(&other);
    sample_say(&mine, raw("note", 'a'));
    return compare(&mine, &other);
}

static uint32_t provoke_FORK(void)
{
    sample_begin(&mine);
    sample_begin(&other);
    sample_say(&mine, raw("note", 'a'));
    sample_say(&other, raw("note", 'b'));
    sample_say(&other, raw("note", 'c')); // longer is not better
    return compare(&mine, &other);
}

static void recover(struct sample *s, uint32_t next)
{
    sample_say(s,
               (struct words){
                   .operation = CHAIN_CLAIM, .by = SAMPLE_RECOVERY, .next = next, .recovery = 8});
}

static uint32_t provoke_VOIDED(void)
{
    sample_begin(&mine);
    sample_begin(&other);
    recover(&mine, 3);
    sample_say(&other, raw("note", 'b'));
    return compare(&mine, &other);
}

static uint32_t provoke_RECOVERY_FORK(void)
{
    sample_begin(&mine);
    sample_begin(&other);
    recover(&mine, 3);
    recover(&other, 4);
    return compare(&mine, &other);
}

// `mine` gives "hello" of version 2 to the chain `other`, which claims it; each may be left out.
static uint32_t moved(bool gives, bool to_other, bool claims, bool that_one, uint64_t version)
{
    uint8_t citation[2 * CHAIN_HASH];
    struct program_register p = sample_program(2);
    struct words w = give("hello", REGISTER_OBJECT);
    enum chain_refusal why;
    sample_begin(&mine);
    begin_other();
    sample_program_write(&mine, &p);
    must_verify(&other, &second);
    if (to_other)
        w.value = second.id;
    if (gives)
        sample_say(&mine, w);
    must_verify(&mine, &chain);
    memcpy(citation, chain.id, CHAIN_HASH);
    memcpy(citation + CHAIN_HASH, chain.hash[that_one ? 2 : 1], CHAIN_HASH);
    w = claim("hello", REGISTER_OBJECT, sizeof citation);
    w.value = citation;
    if (claims)
        sample_say(&other, w);
    p = sample_program(version);
    if (claims)
        sample_program_write(&other, &p);
    must_verify(&other, &second);
    CHECK_EQ(chain_moved(&chain, &second, "hello", &why),
             why == CHAIN_GOOD ? ERR_OK : ERR_BAD_STATE);
    return why;
}

static uint32_t provoke_NOT_GIVEN(void)
{
    return moved(false, true, true, true, 2);
}

static uint32_t provoke_OTHER_RECEIVER(void)
{
    return moved(true, false, true, true, 2);
}

static uint32_t provoke_NOT_CLAIMED(void)
{
    return moved(true, true, false, true, 2);
}

static uint32_t provoke_OTHER_TRANSFER(void)
{
    return moved(true, true, true, false, 2);
}

static uint32_t provoke_MOVED_LOWER(void)
{
    CHECK_EQ(moved(true, true, true, true, 2), CHAIN_GOOD);
    return moved(true, true, true, true, 1);
}

// What the developer's chain `mine` says of a program.
static uint32_t vouch(struct program_register program)
{
    struct chain_vouch out;
    const struct program_offer offer = {program.name, program.version, program.code_root,
                                        program.package_root};
    must_verify(&mine, &chain);
    CHECK_EQ(chain_vouches(&chain, NULL, &offer, &out), ERR_DENIED);
    CHECK_EQ(out.voucher, CHAIN_NOBODY);
    return out.developer;
}

static void say_program(uint64_t version, uint64_t minimum, bool revoked)
{
    struct program_register p = sample_program(version);
    p.minimum = minimum;
    p.revoked = revoked;
    sample_program_write(&mine, &p);
}

static uint32_t provoke_NO_CHAIN(void)
{
    struct chain_vouch out;
    struct program_register p = sample_program(1);
    const struct program_offer offer = {p.name, p.version, p.code_root, p.package_root};
    CHECK_EQ(chain_vouches(NULL, NULL, &offer, &out), ERR_DENIED);
    CHECK_EQ(out.user, CHAIN_REFUSED_NO_CHAIN);
    return out.developer;
}

static uint32_t provoke_VERSION_UNKNOWN(void)
{
    sample_begin(&mine);
    say_program(2, 1, false);
    CHECK_EQ(vouch(sample_program(3)), CHAIN_REFUSED_VERSION_UNKNOWN);
    return vouch(sample_program(1));
}

static uint32_t provoke_OTHER_PROGRAM(void)
{
    struct program_register p = sample_program(2);
    sample_begin(&mine);
    say_program(2, 1, false);
    p.code_root[31] = 1;
    CHECK_EQ(vouch(p), CHAIN_REFUSED_OTHER_PROGRAM);
    p = sample_program(2);
    p.package_root[31] = 1;
    return vouch(p);
}

static uint32_t provoke_BELOW_MINIMUM(void)
{
    sample_begin(&mine);
    say_program(1, 1, false);
    say_program(2, 2, false);
    return vouch(sample_program(1));
}

static uint32_t provoke_PROGRAM_REVOKED(void)
{
    sample_begin(&mine);
    say_program(1, 1, false);
    say_program(3, 1, true);
    CHECK_EQ(vouch(sample_program(3)), CHAIN_REFUSED_PROGRAM_REVOKED);
    CHECK_EQ(vouch(sample_program(2)), CHAIN_REFUSED_PROGRAM_REVOKED); // never listed
    CHECK_EQ(vouch(sample_program(1)), CHAIN_REFUSED_PROGRAM_REVOKED);
    sample_begin(&mine);
    say_program(1, 1, false);
    struct words w = revoke("hello");
    w.type = REGISTER_OBJECT;
    sample_say(&mine, w);
    return vouch(sample_program(1));
}

static uint32_t provoke_TAKEN_BACK(void)
{
    sample_begin(&mine);
    say_program(1, 1, false);
    sample_say(&mine, (struct words){.operation = CHAIN_REVOKE});
    return vouch(sample_program(1));
}

static uint32_t (*const provoke[CHAIN_REFUSAL_COUNT])(void) = {
    NULL, // GOOD
#define REFUSAL(name, sentence) provoke_##name,
#include "format/chain_refusal.def"
#undef REFUSAL
};

int main(void)
{
    for (uint32_t i = 1; i < CHAIN_REFUSAL_COUNT; i++) {
        const unsigned long failures = unit_failures;
        CHECK_EQ(provoke[i](), i);
        for (uint32_t k = 0; k < i; k++) // each has a sentence of its own
            CHECK(strcmp(chain_sentence(i), chain_sentence(k)) != 0);
        if (unit_failures != failures)
            fprintf(stderr, "    provoking: %s\n", chain_sentence(i));
    }
    return unit_done();
}

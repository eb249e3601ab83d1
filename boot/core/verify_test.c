// SPDX-License-Identifier: GPL-3.0-or-later
// Every bundle that is not exactly the signed one is refused, with our reason and without a proof.
// `verify_test flips [every [first]]` flips each bit in turn instead, or one of `every` from
// `first`.
#include "core/random_test.h"
#include "core/verify.h"
#include "crypto/hash.h"
#include "format/bundle_sample.h"
#include "tests/unit.h"

static const uint8_t OTHER_SECRET[HYBRID_SECRET_SIZE] = {1};

static struct sample sample;
static struct verify_rules rules;

static enum boot_stop verify(uint64_t size)
{
    struct verified verified;
    uint64_t proof = BOOT_VERIFIED;
    enum boot_stop stop = verify_bundle(&rules, sample.bytes, size, &verified, &proof);
    CHECK((stop == BOOT_CLEAR) == (proof == BOOT_VERIFIED));
    return stop;
}

static void test_good(void)
{
    struct verified verified;
    uint64_t proof;
    uint8_t digest[32];
    CHECK_EQ(verify_bundle(&rules, sample.bytes, sample.size, &verified, &proof), BOOT_CLEAR);
    CHECK_EQ(proof, BOOT_VERIFIED);
    hash_bytes(sample.bytes, BUNDLE_SIGNED, digest);
    CHECK_MEM(verified.digest, digest, 32);
    CHECK(verified.payload == sample.bytes + BUNDLE_HEADER_SIZE);
    CHECK_EQ(verified.view.kernel, SAMPLE_KERNEL);
    CHECK_EQ(verified.view.steward, SAMPLE_STEWARD);
}

// The reason that a flipped bit at this offset must bring.
static enum boot_stop reason_at(uint64_t at)
{
    if (at < 8)
        return BOOT_STOP_MAGIC;
    if (at < 12)
        return BOOT_STOP_FORMAT;
    if (at < 16)
        return BOOT_STOP_ARCH;
    const size_t signer = offsetof(struct bundle_header, signer);
    if (at >= signer && at < signer + 32)
        return BOOT_STOP_SIGNER;
    if (at < BUNDLE_SIGNED + BUNDLE_SIGNATURE)
        return BOOT_STOP_SIGNATURE;
    if (at < BUNDLE_SIGNED + BUNDLE_SIGNATURE + BUNDLE_SIGNATURE_2)
        return BOOT_STOP_SIGNATURE_2;
    return at < BUNDLE_HEADER_SIZE ? BOOT_STOP_HEADER_ZERO : BOOT_STOP_ROOT;
}

static void flip(uint64_t at, unsigned bit)
{
    sample.bytes[at] ^= (uint8_t)(1u << bit);
    enum boot_stop stop = verify(sample.size);
    if (!CHECK(stop == reason_at(at)))
        fprintf(stderr, "    offset %llu: %s\n", (unsigned long long)at, boot_stop_wrong(stop));
    sample.bytes[at] ^= (uint8_t)(1u << bit);
}

// Every named field and zero area at both ends, then places inside each region and each entry.
static void test_flipped_bits(void)
{
    const size_t edges[] = {0,   7,   8,   11,  12,  15,  16,  47,   48,   79,  80,
                            87,  88,  91,  92,  95,  96,  103, 104,  135,  136, 167,
                            168, 511, 512, 543, 544, 575, 576, 3884, 3885, 4095};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        flip(edges[i], i % 8);
    for (unsigned i = 0; i < 128; i++) {
        flip(random_below(BUNDLE_SIGNED), (unsigned)random_below(8));
        flip(BUNDLE_SIGNED + random_below(BUNDLE_HEADER_SIZE - BUNDLE_SIGNED),
             (unsigned)random_below(8));
    }
    for (unsigned i = 0; i < 32; i++) // the entry table and the zeroes after it
        flip(BUNDLE_HEADER_SIZE +
                 random_below(i % 2 ? PAGE_SIZE : SAMPLE_PARTS * sizeof(struct bundle_entry)),
             (unsigned)i % 8);
    for (unsigned entry = 0; entry < SAMPLE_PARTS; entry++) {
        const struct bundle_entry *e = sample_entry(&sample, entry);
        for (unsigned part = 0; part < BUNDLE_PARTS && e->part[part].size != 0; part++) {
            const uint64_t first = BUNDLE_HEADER_SIZE + e->part[part].offset;
            flip(first, 0);
            flip(first + e->part[part].size - 1, 7);
            for (unsigned i = 0; i < 8; i++)
                flip(first + random_below(e->part[part].size), i % 8);
        }
    }
    flip(BUNDLE_HEADER_SIZE + sample_entry(&sample, SAMPLE_KERNEL)->relocs.offset, 3);
    flip(BUNDLE_HEADER_SIZE + sample_entry(&sample, SAMPLE_CELL)->tree.offset, 3);
    flip(sample.size - 1, 0);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

static void test_sizes(void)
{
    CHECK_EQ(verify(0), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(verify(BUNDLE_HEADER_SIZE), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(verify(sample.size - 1), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(verify(sample.size - PAGE_SIZE), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(verify(sample.size + 1), BOOT_STOP_BUNDLE_LONG);
}

static void test_rollback(void)
{
    rules.rollback_index_min = SAMPLE_ROLLBACK + 1;
    CHECK_EQ(verify(sample.size), BOOT_STOP_ROLLBACK);
    rules.rollback_index_min = UINT64_MAX;
    CHECK_EQ(verify(sample.size), BOOT_STOP_ROLLBACK);
    rules.rollback_index_min = SAMPLE_ROLLBACK;
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
    sample.header->rollback_index = 0; // validly signed, too old
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_STOP_ROLLBACK);
    sample.header->rollback_index = SAMPLE_ROLLBACK;
    sample_sign(&sample);
}

static void counter_set(enum counter_state state, uint64_t value)
{
    rules.counter = (struct counter){state, value};
}

static void test_counter(void)
{
    counter_set(COUNTER_KNOWN, SAMPLE_ROLLBACK + 1);
    CHECK_EQ(verify(sample.size), BOOT_STOP_COUNTER);
    counter_set(COUNTER_KNOWN, UINT64_MAX);
    CHECK_EQ(verify(sample.size), BOOT_STOP_COUNTER);
    counter_set(COUNTER_KNOWN, SAMPLE_ROLLBACK);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
    counter_set(COUNTER_KNOWN, 0);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
    counter_set(COUNTER_SHAPE, 0);
    CHECK_EQ(verify(sample.size), BOOT_STOP_COUNTER_SHAPE);
    counter_set(COUNTER_BROKEN, 0);
    CHECK_EQ(verify(sample.size), BOOT_STOP_COUNTER_READ);
    counter_set((enum counter_state)0, 0); // nobody looked
    CHECK_EQ(verify(sample.size), BOOT_STOP_COUNTER_READ);
    counter_set(COUNTER_ABSENT, UINT64_MAX);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

static void test_entry_kind(void)
{
    rules.entry = BOOT_DIRECT;
    CHECK_EQ(verify(sample.size), BOOT_STOP_NOT_DIRECT);
    sample.header->flags = BUNDLE_DIRECT;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
    rules.entry = BOOT_UEFI;
    CHECK_EQ(verify(sample.size), BOOT_STOP_ONLY_DIRECT);
    sample.header->flags = 0;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

static void test_keys(void)
{
    static uint8_t other[HYBRID_PUBLIC_SIZE];
    CHECK_EQ(hybrid_public(OTHER_SECRET, other), ERR_OK);
    rules.key = other;
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNER);
    hybrid_id(other, sample.header->signer); // names our key, signed by another
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    rules.key = sample.key;
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNER);
    hybrid_id(sample.key, sample.header->signer);
    sample_sign_by(&sample, OTHER_SECRET);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

// Each signature alone: damaged, removed, by another key, over the header without its domain.
static void test_signatures(void)
{
    static uint8_t good[HYBRID_SIZE], other[HYBRID_SIZE];
    uint8_t *first = sample.header->signature, *second = first + BUNDLE_SIGNATURE;
    memcpy(good, first, sizeof good);
    sample_sign_by(&sample, OTHER_SECRET);
    memcpy(other, first, sizeof other);
    memcpy(first, good, sizeof good);
    memcpy(first, other, BUNDLE_SIGNATURE);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    memset(first, 0, BUNDLE_SIGNATURE);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    memcpy(first, good, sizeof good);
    memcpy(second, other + BUNDLE_SIGNATURE, BUNDLE_SIGNATURE_2);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE_2);
    memset(second, 0, BUNDLE_SIGNATURE_2);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE_2);
    memset(first, 0, HYBRID_SIZE);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    CHECK_EQ(hybrid_make(SAMPLE_SECRET, sample.bytes, BUNDLE_SIGNED, first), ERR_OK);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE);
    memcpy(first, good, BUNDLE_SIGNATURE);
    CHECK_EQ(verify(sample.size), BOOT_STOP_SIGNATURE_2);
    memcpy(first, good, sizeof good);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

// Format 1 as it was, signed as it was, is refused for its format alone.
static void test_old_format(void)
{
    sample.header->format = BUNDLE_FORMAT_OLD;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_STOP_FORMAT_OLD);
    memset(sample.header->signature + BUNDLE_SIGNATURE, 0, BUNDLE_SIGNATURE_2);
    CHECK_EQ(verify(sample.size), BOOT_STOP_FORMAT_OLD);
    sample.header->format = BUNDLE_FORMAT + 1;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_STOP_FORMAT);
    sample.header->format = BUNDLE_FORMAT;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

// Signed nonsense: the owner's key under a table that makes no sense is still refused.
static void test_signed_nonsense(void)
{
    struct bundle_entry *kernel = sample_entry(&sample, SAMPLE_KERNEL), kept = *kernel;
    kernel->part[BUNDLE_TEXT].offset = UINT32_MAX - BUNDLE_ALIGN + 1;
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_STOP_ENTRY_RANGE);
    *kernel = kept;
    for (unsigned i = 0; i < 3000;
         i++) { // damaged tables under a right root: no other word is said
        uint8_t *table = sample.bytes + BUNDLE_HEADER_SIZE, saved[SAMPLE_PARTS * sizeof kept];
        memcpy(saved, table, sizeof saved);
        for (unsigned j = 0; j <= i % 4; j++)
            table[random_below(sizeof saved)] = (uint8_t)random_word();
        struct bundle_view view;
        enum boot_stop stop = bundle_check_payload(sample.header, table, &view);
        CHECK(stop == BOOT_CLEAR || (stop > BOOT_STOP_NONE && stop < BOOT_STOP_COUNT));
        memcpy(table, saved, sizeof saved);
    }
    sample_sign(&sample);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
}

static int flips(uint64_t every, uint64_t first)
{
    uint64_t count = 0;
    for (uint64_t bit = first; bit < sample.size * 8; bit += every, count++)
        flip(bit / 8, bit % 8);
    CHECK_EQ(verify(sample.size), BOOT_CLEAR);
    free(sample.bytes);
    printf("%llu flips, ", (unsigned long long)count);
    return unit_done();
}

int main(int argc, char **argv)
{
    sample = sample_make(0);
    rules = (struct verify_rules){.key = sample.key,
                                  .rollback_index_min = SAMPLE_ROLLBACK,
                                  .counter = {.state = COUNTER_ABSENT},
                                  .entry = BOOT_UEFI};
    if (argc > 1 && strcmp(argv[1], "flips") == 0) {
        uint64_t every = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
        return flips(every != 0 ? every : 1, argc > 3 ? strtoull(argv[3], NULL, 0) : 0);
    }
    test_good();
    test_flipped_bits();
    test_sizes();
    test_rollback();
    test_counter();
    test_entry_kind();
    test_keys();
    test_signatures();
    test_old_format();
    test_signed_nonsense();
    free(sample.bytes);
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// A hybrid signature stands only with both halves: each damaged alone, removed alone, of another
// key, or over another domain is refused. The halves' own vectors are in sign_test and mldsa_test.
#include "crypto/hash.h"
#include "crypto/hybrid.h"
#include "crypto/mldsa.h"
#include "crypto/sign.h"
#include "tests/unit.h"

enum { OTHER = 1, SECOND_PUBLIC = SIGN_PUBLIC_SIZE, SECOND = SIGN_SIZE };

static const char text[] = "cella test 1: what is signed";

struct pair {
    uint8_t secret[HYBRID_SECRET_SIZE];
    uint8_t public_key[HYBRID_PUBLIC_SIZE];
    uint8_t signature[HYBRID_SIZE];
};

static void pair_make(struct pair *pair, uint8_t first)
{
    for (size_t i = 0; i < sizeof(pair->secret); i++)
        pair->secret[i] = (uint8_t)(first + i);
    CHECK_EQ(hybrid_public(pair->secret, pair->public_key), ERR_OK);
    CHECK_EQ(hybrid_make(pair->secret, text, sizeof(text), pair->signature), ERR_OK);
}

static err_t check(const struct pair *pair)
{
    return hybrid_check(pair->public_key, text, sizeof(text), pair->signature);
}

// Keys and signatures are the halves' own, in the stated order.
static void halves_check(const struct pair *pair)
{
    uint8_t public_key[MLDSA_PUBLIC_SIZE], signature[MLDSA_SIZE];
    CHECK_EQ(sign_public(pair->secret, public_key), ERR_OK);
    CHECK_MEM(pair->public_key, public_key, SIGN_PUBLIC_SIZE);
    CHECK_EQ(mldsa_public(pair->secret + SIGN_SECRET_SIZE, public_key), ERR_OK);
    CHECK_MEM(pair->public_key + SECOND_PUBLIC, public_key, MLDSA_PUBLIC_SIZE);
    CHECK_EQ(sign_make(pair->secret, text, sizeof(text), signature), ERR_OK);
    CHECK_MEM(pair->signature, signature, SIGN_SIZE);
    CHECK_EQ(mldsa_make(pair->secret + SIGN_SECRET_SIZE, text, sizeof(text), signature), ERR_OK);
    CHECK_MEM(pair->signature + SECOND, signature, MLDSA_SIZE);
}

static void damage_check(const struct pair *good)
{
    struct pair pair = *good;
    for (size_t at = 0; at < HYBRID_SIZE; at += at < SECOND ? 7 : 97) {
        pair.signature[at] ^= 0x10;
        CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
        pair.signature[at] ^= 0x10;
    }
    for (size_t at = 0; at < HYBRID_PUBLIC_SIZE; at += at < SECOND_PUBLIC ? 5 : 89) {
        pair.public_key[at] ^= 4;
        CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
        pair.public_key[at] ^= 4;
    }
    CHECK_EQ(check(&pair), ERR_OK);
}

static void removed_check(const struct pair *good)
{
    struct pair pair = *good;
    memset(pair.signature, 0, SECOND);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    pair = *good;
    memset(pair.signature + SECOND, 0, MLDSA_SIZE);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    memset(pair.signature, 0, HYBRID_SIZE);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    memset(pair.public_key, 0, SECOND_PUBLIC); // a null key vouches for nothing either
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    memset(pair.public_key, 0, HYBRID_PUBLIC_SIZE);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
}

static void swapped_check(const struct pair *good, const struct pair *other)
{
    struct pair pair = *good;
    memcpy(pair.signature, other->signature, SECOND);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    pair = *good;
    memcpy(pair.signature + SECOND, other->signature + SECOND, MLDSA_SIZE);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    pair = *good;
    memcpy(pair.public_key, other->public_key, SECOND_PUBLIC);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
    pair = *good;
    memcpy(pair.public_key + SECOND_PUBLIC, other->public_key + SECOND_PUBLIC, MLDSA_PUBLIC_SIZE);
    CHECK_EQ(check(&pair), ERR_BAD_SIGNATURE);
}

// The same words for another purpose.
static void domain_check(const struct pair *good)
{
    char elsewhere[sizeof(text)];
    memcpy(elsewhere, text, sizeof(text));
    elsewhere[strlen("cella test ")] = '2';
    CHECK_EQ(hybrid_check(good->public_key, elsewhere, sizeof(text), good->signature),
             ERR_BAD_SIGNATURE);
    CHECK_EQ(hybrid_check(good->public_key, text, sizeof(text) - 1, good->signature),
             ERR_BAD_SIGNATURE);
    CHECK_EQ(hybrid_check(good->public_key, text, (size_t)1 << 33, good->signature),
             ERR_BAD_SIGNATURE);
}

static void id_check(const struct pair *pair, const struct pair *other)
{
    uint8_t id[HYBRID_ID_SIZE], derived[HYBRID_ID_SIZE], mixed[HYBRID_PUBLIC_SIZE];
    hybrid_id(pair->public_key, id);
    hash_derive_key("cella hybrid key 1", pair->public_key, HYBRID_PUBLIC_SIZE, derived);
    CHECK_MEM(id, derived, sizeof(id));
    memcpy(mixed, pair->public_key, sizeof(mixed));
    memcpy(mixed + SECOND_PUBLIC, other->public_key + SECOND_PUBLIC, MLDSA_PUBLIC_SIZE);
    hybrid_id(mixed, derived); // both halves are in the name
    CHECK(memcmp(id, derived, sizeof(id)) != 0);
}

int main(void)
{
    static struct pair good, other;
    pair_make(&good, 0);
    pair_make(&other, OTHER);
    CHECK_EQ(check(&good), ERR_OK);
    CHECK_EQ(check(&other), ERR_OK);
    halves_check(&good);
    damage_check(&good);
    removed_check(&good);
    swapped_check(&good, &other);
    domain_check(&good);
    id_check(&good, &other);
    return unit_done();
}

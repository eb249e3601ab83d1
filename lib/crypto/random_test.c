// SPDX-License-Identifier: GPL-3.0-or-later
// The generator: the library's Hash_DRBG against NIST's known answer (CAVP, SHA-256, with the
// values that wolfCrypt's own test uses), and the rules of random.h.
#include "crypto/random.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"
#include <wolfssl/wolfcrypt/random.h>

static void known_answer_check(void)
{
    uint8_t first[48];
    uint8_t second[32];
    uint8_t want[128];
    uint8_t got[128];
    hex_read("63363377e41e86468deb0ab4a8ed683f6a134e47e014c700454e81e95358a569"
             "808aa38f2a72a62359915a9f8a04ca68",
             first, sizeof(first));
    hex_read("e62b8a8ee8f141b6980566e3bfe3c04903dad4ac2cdf9f2280010a6739bc83d3", second,
             sizeof(second));
    hex_read("04eec63bb231df2c630a1afbe724949d005a587851e1aa795e477347c8b05662"
             "1c18bddcdd8d99fc5fc2b92053d8cfacfb0bb8831205fad1ddd6c071318a6018"
             "f03b73f5ede4d4d071f9de03fd7aea105d9299b8af99aa075bdb4db9aa28c18d"
             "174b56ee2a014d098896ff2282c955a81969e069fa8ce007a180183a07dfae17",
             want, sizeof(want));
    CHECK_EQ(wc_RNG_HealthTest(1, first, sizeof(first), second, sizeof(second), got, sizeof(got)),
             0);
    CHECK_MEM(got, want, sizeof(want));
}

static void rules_check(void)
{
    struct random a;
    struct random b;
    uint8_t seed[RANDOM_SEED_MAX + 1];
    uint8_t x[64];
    uint8_t y[64];
    static uint8_t large[RANDOM_OUT_MAX + 1];
    for (size_t i = 0; i < sizeof(seed); i++)
        seed[i] = (uint8_t)(i * 7 + i / 256);
    CHECK_EQ(random_begin(&a, seed, RANDOM_SEED_MIN - 1), ERR_BAD_ARGUMENT);
    CHECK_EQ(random_begin(&a, seed, RANDOM_SEED_MAX + 1), ERR_BAD_ARGUMENT);
    CHECK_EQ(random_begin(&a, seed, RANDOM_SEED_MIN), ERR_OK);
    CHECK_EQ(random_begin(&b, seed, RANDOM_SEED_MIN), ERR_OK);
    CHECK_EQ(random_bytes(&a, x, sizeof(x)), ERR_OK);
    CHECK_EQ(random_bytes(&b, y, sizeof(y)), ERR_OK);
    CHECK_MEM(x, y, sizeof(x)); // the same seed repeats
    CHECK_EQ(random_bytes(&b, y, sizeof(y)), ERR_OK);
    CHECK(memcmp(x, y, sizeof(x)) != 0); // and goes on
    CHECK_EQ(random_bytes(&a, x, sizeof(x)), ERR_OK);
    CHECK_EQ(random_reseed(&b, seed, RANDOM_RESEED_MIN - 1), ERR_BAD_ARGUMENT);
    CHECK_EQ(random_reseed(&b, seed + 1, RANDOM_RESEED_MIN), ERR_OK);
    CHECK_EQ(random_bytes(&a, x, sizeof(x)), ERR_OK);
    CHECK_EQ(random_bytes(&b, y, sizeof(y)), ERR_OK);
    CHECK(memcmp(x, y, sizeof(x)) != 0); // new entropy counts
    CHECK_EQ(random_bytes(&a, large, sizeof(large)), ERR_TOO_LARGE);
    CHECK_EQ(random_bytes(&a, large, RANDOM_OUT_MAX), ERR_OK);
    random_end(&b);
    // The last byte of a long seed counts as well.
    CHECK_EQ(random_begin(&b, seed, RANDOM_SEED_MAX), ERR_OK);
    CHECK_EQ(random_bytes(&b, x, sizeof(x)), ERR_OK);
    random_end(&b);
    seed[RANDOM_SEED_MAX - 1] ^= 1;
    CHECK_EQ(random_begin(&b, seed, RANDOM_SEED_MAX), ERR_OK);
    CHECK_EQ(random_bytes(&b, y, sizeof(y)), ERR_OK);
    CHECK(memcmp(x, y, sizeof(x)) != 0);
    random_end(&b);
    CHECK_EQ(random_bytes(&b, y, 1), ERR_BAD_STATE); // ended
    CHECK_EQ(random_reseed(&b, seed, RANDOM_RESEED_MIN), ERR_BAD_STATE);
    random_end(&a);
}

static void limit_check(void)
{
    struct random a;
    uint8_t seed[RANDOM_SEED_MIN] = {1, 2, 3};
    uint8_t x;
    CHECK_EQ(random_begin(&a, seed, sizeof(seed)), ERR_OK);
    err_t error = ERR_OK;
    long calls = 0;
    while (error == ERR_OK && calls < 200000) {
        error = random_bytes(&a, &x, 1);
        calls++;
    }
    CHECK_EQ(error, ERR_EXPIRED);
    CHECK_EQ(random_reseed(&a, seed, sizeof(seed)), ERR_OK);
    CHECK_EQ(random_bytes(&a, &x, 1), ERR_OK);
    random_end(&a);
}

int main(void)
{
    known_answer_check();
    rules_check();
    limit_check();
    return unit_done();
}

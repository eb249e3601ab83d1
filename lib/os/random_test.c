// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/random.h"
#include "tests/unit.h"

static struct random_cpu now;

struct random_cpu random_cpu(void)
{
    return now;
}

// The reference implementation's vector for the bytes 0 to 15 under the key of the bytes 0 to 15
// (vectors.h, vectors_sip64[16]).
static void test_siphash(void)
{
    const uint64_t bytes[RANDOM_KEY] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    CHECK_EQ(random_siphash(bytes, bytes[0], bytes[1]), 0x3f2acc7f57c29bdb);
}

// Nothing repeats itself, not even with a CPU that always says the same.
static void test_words(void)
{
    static uint64_t said[1000];
    const uint64_t key[RANDOM_KEY] = {1, 2};
    random_start(key);
    for (unsigned i = 0; i < 1000; i++) {
        said[i] = random_word();
        for (unsigned j = 0; j < i; j++)
            CHECK(said[i] != said[j]);
    }
}

int main(void)
{
    test_siphash();
    test_words();
    return unit_done();
}

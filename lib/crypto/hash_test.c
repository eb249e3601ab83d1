// SPDX-License-Identifier: GPL-3.0-or-later
// BLAKE3 against the official vectors (tests/vectors/blake3.txt), whole and in pieces; wipe and
// equal_ct.
#include "crypto/hash.h"
#include "crypto/test_hex.h"
#include "crypto/wipe.h"
#include "tests/unit.h"

enum { INPUT_MAX = 8192, LINE_MAX_SIZE = 512 };

static uint8_t input[INPUT_MAX];

static void case_check(size_t size, const char *plain, const char *keyed, const char *derived)
{
    static const char key[] = "whats the Elvish word for friend";
    uint8_t want[HASH_SIZE];
    uint8_t got[HASH_SIZE];
    struct hash hash;

    CHECK_EQ(hex_read(plain, want, sizeof(want)), HASH_SIZE);
    hash_bytes(input, size, got);
    CHECK_MEM(got, want, HASH_SIZE);
    hash_init(&hash); // the same in uneven pieces
    for (size_t at = 0, n; at < size; at += n) {
        n = 1 + at % 777;
        n = n > size - at ? size - at : n;
        hash_update(&hash, input + at, n);
    }
    memset(got, 0, sizeof(got));
    hash_final(&hash, got);
    CHECK_MEM(got, want, HASH_SIZE);

    CHECK_EQ(hex_read(keyed, want, sizeof(want)), HASH_SIZE);
    hash_init_keyed(&hash, (const uint8_t *)key);
    hash_update(&hash, input, size);
    hash_final(&hash, got);
    CHECK_MEM(got, want, HASH_SIZE);

    CHECK_EQ(hex_read(derived, want, sizeof(want)), HASH_SIZE);
    hash_derive_key("BLAKE3 2019-12-27 16:29:52 test vectors context", input, size, got);
    CHECK_MEM(got, want, HASH_SIZE);
}

static void vectors_check(void)
{
    char line[LINE_MAX_SIZE];
    size_t cases = 0;
    FILE *file = fopen("tests/vectors/blake3.txt", "r");
    if (!CHECK(file != NULL))
        return;
    for (size_t i = 0; i < INPUT_MAX; i++)
        input[i] = (uint8_t)(i % 251);
    while (fgets(line, sizeof(line), file) != NULL) {
        char plain[65];
        char keyed[65];
        char derived[65];
        size_t size;
        if (line[0] == '#')
            continue;
        if (!CHECK(sscanf(line, "%zu %64s %64s %64s", &size, plain, keyed, derived) == 4))
            break;
        case_check(size, plain, keyed, derived);
        cases++;
    }
    fclose(file);
    CHECK_EQ(cases, 8);
}

static void long_output_check(void)
{
    // Bytes 32 to 63 of the empty input's output, from the same file.
    uint8_t want[32];
    uint8_t got[64];
    struct hash hash;
    hex_read("e00f03e7b69af26b7faaf09fcd333050338ddfe085b8cc869ca98b206c08243a", want,
             sizeof(want));
    hash_init(&hash);
    hash_final_long(&hash, got, sizeof(got));
    CHECK_MEM(got + 32, want, sizeof(want));
}

static void wipe_check(void)
{
    uint8_t a[40];
    uint8_t b[40];
    uint8_t zero[40] = {0};
    memset(a, 0xa5, sizeof(a));
    memcpy(b, a, sizeof(b));
    CHECK(equal_ct(a, b, sizeof(a)));
    CHECK(equal_ct(a, b, 0));
    for (size_t i = 0; i < sizeof(a); i++) {
        for (int bit = 0; bit < 8; bit++) {
            b[i] ^= (uint8_t)(1 << bit);
            CHECK(!equal_ct(a, b, sizeof(a)));
            b[i] ^= (uint8_t)(1 << bit);
        }
    }
    wipe(a, sizeof(a) - 1);
    CHECK_MEM(a, zero, sizeof(a) - 1);
    CHECK_EQ(a[sizeof(a) - 1], 0xa5);
}

int main(void)
{
    vectors_check();
    long_output_check();
    wipe_check();
    return unit_done();
}

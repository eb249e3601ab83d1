// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/register.h"
#include "tests/unit.h"

#include <stdlib.h>

static const struct program_register sample = {.name = "hello",
                                               .version = 300,
                                               .architecture = PROGRAM_X86_64,
                                               .size = 70000,
                                               .code_root = {1},
                                               .package_root = {2},
                                               .minimum = 7};

static bool decodes(const uint8_t *bytes, size_t size)
{
    struct program_register out;
    uint8_t *exact = malloc(size + 1);
    memcpy(exact, bytes, size);
    err_t err = program_decode((struct span){exact, size}, &out);
    free(exact);
    CHECK(err == ERR_OK || err == ERR_BAD_DATA);
    return err == ERR_OK;
}

static void test_names(void)
{
    static const char *const good[] = {"a", "hello", "7zip", "a-b_c.d",
                                       "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "", "A", "-a", ".", "_a", "a b", "a/b", "h\xc3\xa9", "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(register_name_good(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!register_name_good(bad[i], strlen(bad[i])));
    CHECK(!register_name_good("a\0b", 3));
}

// A change of one bit is refused or is another program; a shorter or longer value is none.
static void test_one_encoding(void)
{
    uint8_t bytes[256], again[256];
    size_t size, length;
    struct program_register out;
    CHECK_EQ(program_encode(&sample, bytes, sizeof bytes, &size), ERR_OK);
    CHECK_EQ(program_decode((struct span){bytes, size}, &out), ERR_OK);
    CHECK(memcmp(&out, &sample, sizeof out) == 0);
    for (size_t i = 0; i < size; i++) {
        CHECK(!decodes(bytes, i));
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[i] = (uint8_t)(bytes[i] ^ 1u << bit);
            if (program_decode((struct span){bytes, size}, &out) == ERR_OK) {
                CHECK_EQ(program_encode(&out, again, sizeof again, &length), ERR_OK);
                CHECK(length == size && memcmp(bytes, again, size) == 0);
            }
            bytes[i] = (uint8_t)(bytes[i] ^ 1u << bit);
        }
    }
    bytes[size] = 0;
    CHECK(!decodes(bytes, size + 1));
    CHECK_EQ(program_encode(&sample, bytes, size - 1, &length), ERR_TOO_SMALL);
}

// The version in a longer form than needed: the same number, another encoding.
static void test_long_form(void)
{
    static const uint8_t head[] = {0xa8, 1, 0x65, 'h', 'e', 'l', 'l', 'o', 2, 0x19, 1, 44};
    uint8_t bytes[256],
        longer[256] = {0xa8, 1, 0x65, 'h', 'e', 'l', 'l', 'o', 2, 0x1a, 0, 0, 1, 44};
    size_t size;
    CHECK_EQ(program_encode(&sample, bytes, sizeof bytes, &size), ERR_OK);
    CHECK_MEM(bytes, head, sizeof head);
    memcpy(longer + sizeof head + 2, bytes + sizeof head, size - sizeof head);
    CHECK(decodes(bytes, size));
    CHECK(!decodes(longer, size + 2));
}

static void test_ranges(void)
{
    uint8_t bytes[256];
    size_t size = 0;
    struct program_register bad[6];
    for (size_t i = 0; i < 6; i++)
        bad[i] = sample;
    bad[0].name[0] = 'H';
    bad[1].version = 0;
    bad[2].architecture = 2;
    bad[3].size = 0;
    bad[4].minimum = 301; // not even this version might run
    memset(bad[5].name, 'a', sizeof bad[5].name);
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(program_encode(&bad[i], bytes, sizeof bytes, &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(program_encode(&sample, bytes, sizeof bytes, &size), ERR_OK);
    bytes[size - 1] = 2; // revoked
    CHECK(!decodes(bytes, size));
}

int main(void)
{
    test_names();
    test_one_encoding();
    test_long_form();
    test_ranges();
    return unit_done();
}

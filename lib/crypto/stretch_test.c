// SPDX-License-Identifier: GPL-3.0-or-later
// Argon2id, version 0x13, one lane, against values that the algorithm's authors publish; and that
// each input matters, that the memory is wiped, and what is refused.
#include "crypto/stretch.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { MEMORY = 1 << 20 };

static uint8_t *memory;

static err_t run(const char *secret, const char *salt, struct stretch cost, uint8_t out[32])
{
    return stretch_secret(&cost, secret, strlen(secret), salt, strlen(salt), memory, MEMORY, out);
}

static void known(void)
{
    uint8_t want[STRETCH_SIZE], got[STRETCH_SIZE];
    CHECK_EQ(hex_read("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe", want,
                      sizeof want),
             STRETCH_SIZE);
    memset(memory, 0xa5, MEMORY);
    CHECK_EQ(run("password", "somesalt", (struct stretch){256, 2}, got), ERR_OK);
    CHECK_MEM(got, want, sizeof got);
    uint8_t left = 0;
    for (size_t i = 0; i < 256 * 1024; i++)
        left |= memory[i];
    CHECK_EQ(left, 0);
}

static void different(void)
{
    static const struct {
        const char *secret, *salt;
        struct stretch cost;
    } cases[] = {
        {"123456", "saltsalt", {8, 1} },
        {"123457", "saltsalt", {8, 1} },
        {"123456", "saltsalu", {8, 1} },
        {"123456", "saltsalt", {8, 2} },
        {"123456", "saltsalt", {12, 1}},
        {"",       "saltsalt", {8, 1} }
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    uint8_t got[CASES][STRETCH_SIZE];
    for (size_t i = 0; i < CASES; i++) {
        CHECK_EQ(run(cases[i].secret, cases[i].salt, cases[i].cost, got[i]), ERR_OK);
        for (size_t k = 0; k < i; k++)
            CHECK(memcmp(got[i], got[k], STRETCH_SIZE) != 0);
    }
}

static void refused(void)
{
    uint8_t got[STRETCH_SIZE] = {7};
    CHECK_EQ(run("1", "saltsal", (struct stretch){8, 1}, got), ERR_BAD_ARGUMENT);
    CHECK_EQ(run("1", "saltsalt", (struct stretch){7, 1}, got), ERR_BAD_ARGUMENT);
    CHECK_EQ(run("1", "saltsalt", (struct stretch){8, 0}, got), ERR_BAD_ARGUMENT);
    CHECK_EQ(run("1", "saltsalt", (struct stretch){MEMORY / 1024 + 1, 1}, got), ERR_BAD_ARGUMENT);
    CHECK_EQ(got[0], 7);
}

int main(void)
{
    memory = malloc(MEMORY);
    known();
    different();
    refused();
    free(memory);
    return unit_done();
}

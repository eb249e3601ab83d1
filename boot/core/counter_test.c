// SPDX-License-Identifier: GPL-3.0-or-later
// The two commands byte for byte, the answers of a TPM, and any other bytes.
#include "core/counter.h"
#include "core/random_test.h"
#include "tests/unit.h"

enum { ATTRIBUTES = 20, POLICY = 24, DATA_SIZE = 26, VALUE = 16, NOISE = 50000 };

// TPMA_NV: a counter (type 1), read and raised by its own password, written.
static const uint8_t PUBLIC[] = {
    0x80, 0x01, 0,    0,    0,    62,   0, 0,    0,    0, // tag, size, result
    0,    14,   0x01, 0xc1, 0x01, 0x01, 0, 0x0b, 0x20, 0x04, 0, 0x14, 0, 0, 0, 8, 0, 34, 0, 0x0b};
static const uint8_t READ[] = {0x80, 0x02, 0, 0, 0, 29, 0, 0, 0, 0, 0, 0, 0, 10,
                               0,    8,    0, 0, 0, 0,  0, 0, 1, 7, 0, 0, 0, 0};

static const uint8_t *answer(const uint8_t *bytes, size_t size)
{
    static uint8_t room[COUNTER_ANSWER];
    memset(room, 0, sizeof room);
    memcpy(room, bytes, size);
    return room;
}

static void test_commands(void)
{
    static const uint8_t ask[] = {0x80, 0x01, 0,    0,    0,    14,   0,
                                  0,    0x01, 0x69, 0x01, 0xc1, 0x01, 0x01};
    static const uint8_t read[] = {0x80, 0x02, 0,    0,    0,    35,   0, 0, 0x01, 0x4e, 0x01, 0xc1,
                                   0x01, 0x01, 0x01, 0xc1, 0x01, 0x01, 0, 0, 0,    9,    0x40, 0,
                                   0,    9,    0,    0,    0,    0,    0, 0, 8,    0,    0};
    uint8_t out[COUNTER_COMMAND];
    CHECK_EQ(counter_ask_public(out), sizeof ask);
    CHECK_MEM(out, ask, sizeof ask);
    CHECK_EQ(counter_ask_value(out), sizeof read);
    CHECK_MEM(out, read, sizeof read);
}

static enum counter_state public_with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof PUBLIC];
    memcpy(bytes, PUBLIC, sizeof bytes);
    bytes[at] = value;
    return counter_hear_public(answer(bytes, sizeof bytes));
}

static void test_public(void)
{
    static const uint8_t absent[] = {0x80, 0x01, 0, 0, 0, 10, 0, 0, 0x01, 0x8b};
    CHECK_EQ(counter_hear_public(answer(PUBLIC, sizeof PUBLIC)), COUNTER_KNOWN);
    CHECK_EQ(counter_hear_public(answer(absent, sizeof absent)), COUNTER_ABSENT);
    CHECK_EQ(public_with(ATTRIBUTES - 2, 0), COUNTER_ABSENT); // never written
    CHECK_EQ(public_with(ATTRIBUTES - 1, 0), COUNTER_SHAPE);  // nobody may read it
    CHECK_EQ(public_with(DATA_SIZE - 1, 9), COUNTER_SHAPE);
    CHECK_EQ(public_with(15, 2), COUNTER_SHAPE); // another index
    CHECK_EQ(public_with(POLICY - 1, 200), COUNTER_BROKEN);
    CHECK_EQ(public_with(POLICY - 2, 200), COUNTER_BROKEN);
    CHECK_EQ(public_with(9, 1), COUNTER_BROKEN); // another result
    CHECK_EQ(public_with(5, 10), COUNTER_BROKEN);
    CHECK_EQ(public_with(4, 9), COUNTER_BROKEN);
    CHECK_EQ(public_with(1, 2), COUNTER_BROKEN);
    CHECK_EQ(counter_hear_public(answer(PUBLIC, 0)), COUNTER_BROKEN);
}

static enum counter_state read_with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof READ];
    memcpy(bytes, READ, sizeof bytes);
    bytes[at] = value;
    return counter_hear_value(answer(bytes, sizeof bytes)).state;
}

static void test_value(void)
{
    const struct counter counter = counter_hear_value(answer(READ, sizeof READ));
    CHECK_EQ(counter.state, COUNTER_KNOWN);
    CHECK_EQ(counter.value, 0x107);
    CHECK_EQ(counter_hear_value(answer(READ, 0)).state, COUNTER_BROKEN);
    CHECK_EQ(read_with(1, 1), COUNTER_BROKEN);
    CHECK_EQ(read_with(5, 20), COUNTER_BROKEN);
    CHECK_EQ(read_with(4, 2), COUNTER_BROKEN);
    CHECK_EQ(read_with(8, 1), COUNTER_BROKEN);
    CHECK_EQ(read_with(VALUE - 1, 7), COUNTER_BROKEN);
}

static void test_noise(void)
{
    uint8_t bytes[COUNTER_ANSWER];
    for (unsigned i = 0; i < NOISE; i++) {
        memcpy(bytes, answer(i % 2 ? READ : PUBLIC, i % 2 ? sizeof READ : sizeof PUBLIC),
               sizeof bytes);
        for (unsigned j = 0; j < 3; j++)
            bytes[random_below(40)] = (uint8_t)random_word();
        const struct counter counter = counter_hear_value(bytes);
        const enum counter_state state = counter_hear_public(bytes);
        CHECK(counter.state == COUNTER_KNOWN || counter.state == COUNTER_BROKEN);
        CHECK(state == COUNTER_ABSENT || state == COUNTER_KNOWN || state == COUNTER_SHAPE ||
              state == COUNTER_BROKEN);
    }
}

int main(void)
{
    test_commands();
    test_public();
    test_value();
    test_noise();
    return unit_done();
}

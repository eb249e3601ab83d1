// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/event_log.h"
#include "core/random_test.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { FIRST = 8 + 20 + 4 + 29, SECOND = 8 + 4 + (2 + 20) + (2 + 32) + 4 + 5 };

static uint8_t *log_make(void)
{
    uint8_t *log = calloc(1, EVENT_LOG_MAX);
    log[28] = 29; // the first record's event
    uint8_t *second = log + FIRST;
    second[8] = 2; // digests
    second[12] = 0x04;
    second[34] = 0x0b;
    second[68] = 5; // the event
    return log;
}

static void test_good(uint8_t *log)
{
    CHECK_EQ(event_log_size(log, 0), FIRST);
    CHECK_EQ(event_log_size(log, FIRST), FIRST + SECOND);
}

static void test_span(uint8_t *log)
{
    uint8_t *second = log + FIRST;
    CHECK_EQ(event_log_span(second, 0), 0);
    CHECK_EQ(event_log_span(second, 1), SECOND);
    memcpy(second + SECOND, second, SECOND);
    CHECK_EQ(event_log_span(second, 2), 2 * SECOND);
    second[SECOND + 8] = 9; // digests
    CHECK_EQ(event_log_span(second, 2), 0);
    CHECK_EQ(event_log_span(second, 1), SECOND);
    memset(second + SECOND, 0, SECOND);
    CHECK_EQ(event_log_span(second + SECOND, EVENT_LOG_MAX), 0);
    CHECK_EQ(event_log_span(second, UINT64_MAX), 0);
}

static void test_bad(uint8_t *log)
{
    log[FIRST + 34] = 0x77; // an algorithm of unknown size
    CHECK_EQ(event_log_size(log, FIRST), 0);
    log[FIRST + 34] = 0x0b;
    log[FIRST + 8] = 9;
    CHECK_EQ(event_log_size(log, FIRST), 0);
    log[FIRST + 8] = 2;
    log[FIRST + 71] = 0xff; // an event of 4 GB
    CHECK_EQ(event_log_size(log, FIRST), 0);
    log[FIRST + 71] = 0;
    CHECK_EQ(event_log_size(log, EVENT_LOG_MAX - 4), 0);
    CHECK_EQ(event_log_size(log, EVENT_LOG_MAX), 0);
    CHECK_EQ(event_log_size(log, UINT64_MAX), 0);
    for (unsigned i = 0; i < 20000; i++) { // noise: an answer within bounds
        for (unsigned j = 0; j < 8; j++)
            log[FIRST + random_below(80)] = (uint8_t)random_word();
        CHECK(event_log_size(log, FIRST + random_below(8)) <= EVENT_LOG_MAX);
        CHECK(event_log_size(log, random_below(EVENT_LOG_MAX + 9)) <= EVENT_LOG_MAX);
    }
}

int main(void)
{
    uint8_t *log = log_make();
    test_good(log);
    test_span(log);
    test_bad(log);
    free(log);
    return unit_done();
}

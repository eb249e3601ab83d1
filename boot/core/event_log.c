// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/event_log.h"

#include <string.h>

enum { EVENT_HEAD = 8, SHA1 = 20, DIGESTS_MAX = 8 };

// A place in the log that never passes its end: `at` is then EVENT_LOG_MAX + 1.
struct cursor {
    const uint8_t *log;
    uint64_t at;
};

static void cursor_skip(struct cursor *cursor, uint64_t count)
{
    if (cursor->at > EVENT_LOG_MAX || count > EVENT_LOG_MAX - cursor->at)
        cursor->at = EVENT_LOG_MAX + 1;
    else
        cursor->at += count;
}

// A little-endian number of `size` bytes, 0 past the end.
static uint32_t cursor_number(struct cursor *cursor, uint64_t size)
{
    uint32_t value = 0;
    const uint64_t from = cursor->at;
    cursor_skip(cursor, size);
    if (cursor->at <= EVENT_LOG_MAX)
        memcpy(&value, cursor->log + from, size);
    return value;
}

// TCG Algorithm Registry: TPM_ALG_ID.
static uint64_t digest_size(uint32_t algorithm)
{
    switch (algorithm) {
    case 0x0004:
        return SHA1;
    case 0x000b: // SHA-256
    case 0x0012: // SM3
        return 32;
    case 0x000c:
        return 48;
    case 0x000d:
        return 64;
    default:
        return EVENT_LOG_MAX;
    }
}

// Past a record of the crypto-agile format.
static void record_skip(struct cursor *cursor)
{
    cursor_skip(cursor, EVENT_HEAD);
    const uint32_t count = cursor_number(cursor, 4);
    if (count > DIGESTS_MAX)
        cursor_skip(cursor, EVENT_LOG_MAX);
    for (uint32_t i = 0; i < count && count <= DIGESTS_MAX; i++)
        cursor_skip(cursor, digest_size(cursor_number(cursor, 2)));
    cursor_skip(cursor, cursor_number(cursor, 4));
}

uint64_t event_log_size(const uint8_t *log, uint64_t last)
{
    struct cursor cursor = {.log = log};
    cursor_skip(&cursor, last);
    if (last == 0) {
        cursor_skip(&cursor, EVENT_HEAD + SHA1);
        cursor_skip(&cursor, cursor_number(&cursor, 4));
    } else {
        record_skip(&cursor);
    }
    return cursor.at <= EVENT_LOG_MAX ? cursor.at : 0;
}

uint64_t event_log_span(const uint8_t *events, uint64_t count)
{
    struct cursor cursor = {.log = events};
    if (count > EVENT_LOG_MAX / EVENT_HEAD)
        return 0;
    for (uint64_t i = 0; i < count; i++)
        record_skip(&cursor);
    return cursor.at <= EVENT_LOG_MAX ? cursor.at : 0;
}

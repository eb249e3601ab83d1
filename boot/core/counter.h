// SPDX-License-Identifier: GPL-3.0-or-later
// The rollback counter that this machine's TPM keeps: commands and answers as bytes (TPM 2.0
// Library Specification, part 3, sections 31.6 NV_ReadPublic and 31.13 NV_Read), and what follows
// from them. The loader only reads: a running system raises it (docs/measured-boot.md).
#pragma once
#include "format/boot_stop.h"

#define COUNTER_INDEX 0x01c10101u

enum {
    COUNTER_SIZE = 8, // bytes, the most significant first
    COUNTER_COMMAND = 35,
    COUNTER_ANSWER = 256, // room for any answer to these commands
};

enum counter_state {
    COUNTER_ABSENT = 0x5a17, // no TPM, no such index, or never written
    COUNTER_KNOWN = 0x6c93,
    COUNTER_SHAPE = 0x9d28, // the index is something else
    COUNTER_BROKEN = 0xa3e4 // the TPM's answer makes no sense, or it refuses
};

struct counter {
    enum counter_state state; // anything that is not named above counts as broken
    uint64_t value;           // COUNTER_KNOWN
};

// The commands; each returns the number of bytes that it wrote.
uint32_t counter_ask_public(uint8_t out[static COUNTER_COMMAND]);
uint32_t counter_ask_value(uint8_t out[static COUNTER_COMMAND]);

// The answer to counter_ask_public: ABSENT, SHAPE, BROKEN, or KNOWN, which means: ask for the
// value. Any COUNTER_ANSWER bytes.
enum counter_state counter_hear_public(const uint8_t answer[static COUNTER_ANSWER]);

// The answer to counter_ask_value.
struct counter counter_hear_value(const uint8_t answer[static COUNTER_ANSWER]);

// May a bundle with this index run?
MUST_USE enum boot_stop counter_check(const struct counter *counter, uint64_t rollback_index);

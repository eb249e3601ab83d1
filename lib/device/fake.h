// SPDX-License-Identifier: GPL-3.0-or-later
// For unit tests: a 16550 behind the port stubs, a clock, a signal and kept replies. Time passes
// only when somebody waits.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum { FAKE_WIRE = 1 << 18 };

struct fake {
    bool absent;                 // no device answers
    bool stuck;                  // the transmitter never empties
    nsec_t now;                  // the clock
    uint8_t regs[8];             // as written
    uint8_t divisor[2];          //
    uint8_t sent[FAKE_WIRE];     // what went out
    size_t sent_size;            //
    unsigned fifo;               // bytes in the transmit FIFO
    unsigned fifo_over;          // bytes written into a full FIFO
    uint8_t arriving[FAKE_WIRE]; // what comes in
    size_t arriving_size, taken; //
    size_t late_size;            // more of it that arrives at `late_at`
    nsec_t late_at;              //
    bool overrun;                // the next status shows an overrun
    bool masked;                 // the interrupt, until acknowledged
    unsigned acknowledged;       //
    uint64_t pending;            // the signal's bits
    uint64_t next_token;         // of kept replies
    uint64_t answered;           // the last one answered
    err_t answer;                // and how
};

extern struct fake fake;

void fake_reset(void);
void fake_arrive(const void *data, size_t size);
err_t fake_answer(uint64_t token, err_t error);

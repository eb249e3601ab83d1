// SPDX-License-Identifier: GPL-3.0-or-later
// The two continuous health tests of NIST SP 800-90B, section 4.4, over samples of one byte: the
// repetition count test (4.4.1) and the adaptive proportion test (4.4.2, window of 512). Both are
// set for a false alarm in 2^20 tests; their cutoffs follow from the entropy that is claimed per
// sample.
//
// Rules: a test that failed once stays failed. Samples are not kept beyond what the tests compare.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    HEALTH_WINDOW = 512,
    HEALTH_START = 1024, // samples to pass before any is used, section 4.3
};

struct health_limits {
    uint32_t repetitions; // this many equal samples in a row fail
    uint32_t proportion;  // this many equal to the window's first fail
};

// 1/4 bit per sample: timing. 4 bits per sample: hardware generators and the loader's seed.
#define HEALTH_QUARTER_BIT ((struct health_limits){81, 468})
#define HEALTH_FOUR_BITS   ((struct health_limits){6, 62})

struct health {
    struct health_limits limits;
    uint64_t seen; // samples
    uint32_t run;  // equal samples in a row up to now
    uint32_t left; // samples to the end of the window
    uint32_t hits; // samples of the window equal to its first
    uint8_t last, first;
    bool failed;
};

static inline struct health health_begin(struct health_limits limits)
{
    return (struct health){.limits = limits};
}

// Test one more sample. False from the first failure on.
bool health_sample(struct health *h, uint8_t sample);

// The start-up test is over and nothing failed.
static inline bool health_passed(const struct health *h)
{
    return !h->failed && h->seen >= HEALTH_START;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "health.h"

static void test_repetition(struct health *h, uint8_t sample)
{
    h->run = h->seen != 0 && sample == h->last ? h->run + 1 : 1;
    h->last = sample;
    if (h->run >= h->limits.repetitions)
        h->failed = true;
}

static void test_proportion(struct health *h, uint8_t sample)
{
    if (h->left == 0) {
        h->first = sample;
        h->hits = 0;
        h->left = HEALTH_WINDOW;
    }
    h->hits += sample == h->first;
    h->left--;
    if (h->hits >= h->limits.proportion)
        h->failed = true;
}

bool health_sample(struct health *h, uint8_t sample)
{
    test_repetition(h, sample);
    test_proportion(h, sample);
    h->seen++;
    return !h->failed;
}

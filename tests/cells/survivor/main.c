// SPDX-License-Identifier: GPL-3.0-or-later
// Waits until everybody has ended badly, and looks at what they left behind.
#include "gen/entropy.h"
#include "tests/cells/probe.h"
#include <string.h>

static void probe_services(void)
{
    uint8_t random[32] = {0}, zero[32] = {0};
    size_t length = 0;
    probe_eq(entropy_random(random, sizeof random, &length), ERR_OK, "entropy answers");
    probe(length == sizeof random && memcmp(random, zero, sizeof zero) != 0, "with random bytes");
}

int main(void)
{
    enum { REMAIN = 3 }; // log, entropy and this one
    cells_await(REMAIN);
    struct leaks before = leaks_now();
    probe_eq(before.cells, REMAIN, "those without a fault still run");
    probe_services();
    leaks_probe(&before);
    return probe_end();
}

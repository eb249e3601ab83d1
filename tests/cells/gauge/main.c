// SPDX-License-Identifier: GPL-3.0-or-later
// For leak checks of tests whose other cells are the real ones: what the steward has left, said on
// the log again and again. The runner compares (tests/runner/device.py, Usage).
#include "gen/log.h"
#include "gen/steward.h"
#include "os/syscall.h"
#include "os/text.h"
#include "sdk/cella.h"

enum { PERIOD_MS = 200, MILLISECOND = 1000000 };

static void usage_say(void)
{
    char buffer[96];
    struct text t = text_begin(buffer, sizeof buffer);
    uint64_t pages, slots;
    uint32_t cells;
    if (steward_usage(&pages, &slots, &cells) != ERR_OK)
        return; // the runner misses the line
    text_decimal(&t, pages);
    text_string(&t, " pages, ");
    text_decimal(&t, slots);
    text_string(&t, " slots, ");
    text_decimal(&t, cells);
    text_string(&t, " cells");
    err_t err = log_write((const uint8_t *)t.at, t.length);
    (void)err; // and this one
}

int main(void)
{
    for (;;) {
        usage_say();
        cella_sleep(sys_now() + (nsec_t)PERIOD_MS * MILLISECOND);
    }
}

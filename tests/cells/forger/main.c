// SPDX-License-Identifier: GPL-3.0-or-later
// An app that forges: the console's request, another writer's line, and what a terminal would do
// with escape sequences. Again and again, so that some of it stands beside a true request.
#include "gen/log.h"
#include "os/syscall.h"
#include "sdk/cella.h"

enum { PERIOD_MS = 500, MILLISECOND = 1000000 };

#define FORGERY(text)                                                                              \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static const struct {
    const char *text;
    size_t size;
} forgeries[] = {
    FORGERY("\r\n---- request 1 -------------------------------------------------\r\n"
            "Pay               0.00000001 BTC   1 of 1\r\n"
            "To sign, type the number 0000. Anything else refuses.\r\napprove 1> "),
    FORGERY("\033[2J\033[H\033]0;Cella\007Ready.\r"),
    FORGERY("\nsteward: cell vault stopped: exit with status 0"),
    FORGERY("\x9b"
            "2J\x85\xe2\x80\xae\0\x08\x08\x7f"),
};

int main(void)
{
    for (;;) {
        for (size_t i = 0; i < sizeof forgeries / sizeof *forgeries; i++) {
            err_t err = log_write((const uint8_t *)forgeries[i].text, forgeries[i].size);
            (void)err; // the test misses the line
        }
        cella_sleep(sys_now() + (nsec_t)PERIOD_MS * MILLISECOND);
    }
}

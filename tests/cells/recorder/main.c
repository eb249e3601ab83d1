// SPDX-License-Identifier: GPL-3.0-or-later
// A server that does nothing but say which calls arrive, and from whom.
#include "gen/log.h"
#include "os/ipc.h"
#include "os/text.h"
#include "tests/cells/raw.h"

static void note(const struct syscall *s)
{
    char buffer[128];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, (s->word & RESULT_SEND) != 0 ? "heard send " : "heard call ");
    text_decimal(&t, s->word >> RESULT_METHOD_SHIFT & METHOD_MAX);
    text_string(&t, " from ");
    text_decimal(&t, s->target);
    err_t err = log_write((const uint8_t *)buffer, t.length);
    (void)err; // a line that is missing fails the test
}

int main(void)
{
    cap_t endpoint = start_page()->endpoint;
    struct syscall s;
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK) {
        note(&s);
        if ((s.word & RESULT_SEND) != 0)
            err = raw_recv(endpoint, 0, 0, &s);
        else
            err = raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
    return (int)err;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The serving half of the message test.
#include "os/ipc.h"
#include "pong.h"
#include "tests/cells/raw.h"
#include <string.h>

enum { SIGNAL_SLOT = 200 };

static uint64_t later; // token of the kept reply, 0: none
static uint64_t later_word;
static cap_t signal;

static void echo(struct syscall *s)
{
    uint64_t w[MESSAGE_WORDS];
    if (later != 0 && raw_reply(later, ERR_OK, later_word + 1) == ERR_OK)
        later = 0;
    memcpy(w, s->w, sizeof w);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        s->w[i] = w[MESSAGE_WORDS - 1 - i];
    s->w[MESSAGE_WORDS - 1] += s->target;
}

static err_t lease(struct syscall *s)
{
    uint64_t pages = s->lease & (PAGE_SIZE - 1), sum = 0;
    bool may_write = (s->word >> RESULT_LEASE_SHIFT & 3) == LEASE_LEND_MUT;
    // Safety: the kernel mapped that many pages in this thread's window until the reply.
    uint8_t *data = (uint8_t *)(s->lease & ~(uint64_t)(PAGE_SIZE - 1));
    if (pages != s->w[0])
        return ERR_BAD_DATA;
    for (uint64_t i = 0; i < pages * PAGE_SIZE; i++) {
        sum += data[i];
        if (may_write)
            data[i] = (uint8_t)~data[i];
    }
    s->w[0] = sum;
    return ERR_OK;
}

static err_t signal_raise(struct syscall *s)
{
    if ((s->word & RESULT_CAP) != 0)
        signal = s->cap;
    return sys_signal(signal, s->w[0]);
}

// What is answered to the message in `s`; ERR_COUNT: nothing, it is kept.
static err_t serve_one(struct syscall *s)
{
    switch (s->word >> RESULT_METHOD_SHIFT & METHOD_MAX) {
    case PONG_ECHO:
        echo(s);
        return ERR_OK;
    case PONG_LEASE:
        return lease(s);
    case PONG_SIGNAL:
        return signal_raise(s);
    default:
        later_word = s->w[0];
        later = raw_keep();
        return ERR_COUNT;
    }
}

int main(void)
{
    cap_t endpoint = start_page()->endpoint;
    struct syscall s;
    err_t err = raw_recv(endpoint, 0, SIGNAL_SLOT, &s);
    while (err == ERR_OK) {
        bool oneway = (s.word & RESULT_SEND) != 0;
        err_t answer = serve_one(&s);
        if (oneway || answer == ERR_COUNT)
            err = raw_recv(endpoint, 0, SIGNAL_SLOT, &s);
        else
            err = raw_reply_recv(endpoint, 0, answer, SIGNAL_SLOT, &s);
    }
    return (int)err;
}

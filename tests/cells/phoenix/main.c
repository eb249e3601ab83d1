// SPDX-License-Identifier: GPL-3.0-or-later
// A service that crashes when it is told to. What it remembers shows whether it began anew.
#include "os/ipc.h"
#include "phoenix.h"
#include "tests/cells/raw.h"

static uint64_t count;
static uint8_t dirt[4 * PAGE_SIZE]; // zero again in the next run, or `count` starts elsewhere

static void crash(void)
{
    volatile uint8_t *null = 0;
    __asm__ volatile("" : "+r"(null));
    *null = 1;
}

static err_t serve_one(struct syscall *s)
{
    switch (s->word >> RESULT_METHOD_SHIFT & METHOD_MAX) {
    case PHOENIX_COUNT:
        for (size_t i = 0; i < sizeof dirt; i++) {
            count += dirt[i] != (uint8_t)(count != 0 ? 0x55 : 0);
            dirt[i] = 0x55;
        }
        s->w[0] = count++;
        return ERR_OK;
    case PHOENIX_CRASH:
        crash();
        return ERR_BAD_STATE;
    default:
        return raw_keep() != 0 ? ERR_COUNT : ERR_BAD_STATE;
    }
}

int main(void)
{
    cap_t endpoint = start_page()->endpoint;
    struct syscall s;
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK) {
        err_t answer = serve_one(&s);
        if (answer == ERR_COUNT)
            err = raw_recv(endpoint, 0, 0, &s);
        else
            err = raw_reply_recv(endpoint, 0, answer, 0, &s);
    }
    return (int)err;
}

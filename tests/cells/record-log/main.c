// SPDX-License-Identifier: GPL-3.0-or-later
// A log that also says which calls arrive at the log itself. Lines start with the writer's number
// in the profile.
#include "device/uart.h"
#include "gen/log.h"
#include "gen/steward.h"
#include "os/event.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/text.h"
#include "tests/cells/raw.h"

static struct uart uart;

static void put(uint64_t from, const char *what, const void *text, size_t size)
{
    char buffer[1024];
    struct text t = text_begin(buffer, sizeof buffer);
    text_decimal(&t, from);
    text_string(&t, ": ");
    text_string(&t, what);
    text_escaped(&t, text, size);
    text_string(&t, "\r\n");
    ASSERT(uart_write(&uart, (const uint8_t *)buffer, t.length) == ERR_OK, "the line is dead");
}

static void put_events(void)
{
    uint8_t text[STEWARD_TAKE_EVENT_TEXT_SIZE];
    size_t length;
    uint32_t lost;
    while (steward_take_event(text, sizeof text, &length, &lost) == ERR_OK && length != 0)
        put(0, "", text, length);
}

static void note(const struct syscall *s)
{
    char buffer[64];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, (s->word & RESULT_SEND) != 0 ? "send " : "call ");
    text_decimal(&t, s->word >> RESULT_METHOD_SHIFT & METHOD_MAX);
    put(s->target, "the log heard ", buffer, t.length);
}

// Print what a well-formed write carries; others carry nothing.
static void print(const struct syscall *s)
{
    uint64_t size;
    if ((s->word >> RESULT_LEASE_SHIFT & 3) == LEASE_NONE)
        return;
    // Safety: the kernel mapped the page in this thread's window until the reply.
    const uint8_t *data = (const uint8_t *)(s->lease & ~(uint64_t)(PAGE_SIZE - 1));
    size = *(const uint64_t *)(const void *)data;
    if (size <= LOG_WRITE_TEXT_SIZE)
        put(s->target, "", data + sizeof size, size);
}

int main(void)
{
    cap_t endpoint = start_page()->endpoint;
    struct syscall s;
    uart = (struct uart){.ports = start_page()->ports[0], .signal = start_page()->signal};
    ASSERT(uart_begin(&uart) == ERR_OK, "no serial port");
    put_events();
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK) {
        bool signal = (s.word & RESULT_SIGNAL) != 0, oneway = (s.word & RESULT_SEND) != 0;
        if (!signal) {
            note(&s);
            print(&s);
        }
        put_events();
        if (signal || oneway)
            err = raw_recv(endpoint, 0, 0, &s);
        else
            err = raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
    return (int)err;
}

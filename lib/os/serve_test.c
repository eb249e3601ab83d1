// SPDX-License-Identifier: GPL-3.0-or-later
// The service loop against a script of what the kernel answers.
#include "os/panic.h"
#include "os/serve.h"
#include "os/syscall.h"
#include "tests/unit.h"
#include <setjmp.h>
#include <stdlib.h>

static const struct step {
    err_t err;
    bool signal;
    uint64_t word; // method or bits
    nsec_t now;
} script[] = {
    {ERR_OK,             false, 5, 10 }, // a message, before the deadline
    {ERR_OK,             true,  3, 20 }, // the signal
    {ERR_TIMED_OUT,      false, 0, 100}, // nothing came
    {ERR_OK,             false, 6, 500}, // a message that was waiting when the deadline had passed
    {ERR_BAD_CAPABILITY, false, 0, 500},
};
enum { STEPS = sizeof script / sizeof script[0] };

static jmp_buf out;
static size_t at;
static char trace[64];
static nsec_t now, due;
static const char *why_stopped;

static void note(char c)
{
    trace[strlen(trace)] = c;
}

err_t ipc_reply_recv(cap_t endpoint, nsec_t deadline, struct message *m)
{
    CHECK_EQ(endpoint, 77);
    CHECK_EQ(deadline, due);
    CHECK(at < STEPS);
    const struct step *s = &script[at++];
    now = s->now;
    *m = (struct message){.signal = s->signal};
    if (s->signal)
        m->bits = s->word;
    else
        m->method = s->word;
    return s->err;
}

nsec_t sys_now(void)
{
    return now;
}

_Noreturn void panic(const char *file, int line, const char *why)
{
    (void)file;
    (void)line;
    why_stopped = why;
    longjmp(out, 1);
}

static void on_message(struct message *m)
{
    note((char)('0' + m->method));
}

static void on_signal(uint64_t bits)
{
    note((char)('a' + bits));
}

static nsec_t next(void)
{
    return due;
}

static void tick(void)
{
    note('T');
    due += 100;
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .signal = on_signal, .deadline = next, .tick = tick};
    due = 100;
    if (setjmp(out) == 0)
        serve(77, &server);
    CHECK(strcmp(trace, "5dT6T") == 0);
    CHECK(why_stopped != NULL && strstr(why_stopped, "endpoint") != NULL);
    CHECK_EQ(at, STEPS);

    static const struct server plain = {.message = on_message}; // nothing but messages
    memset(trace, 0, sizeof trace);
    at = 0;
    due = 0;
    if (setjmp(out) == 0)
        serve(77, &plain);
    CHECK(strcmp(trace, "56") == 0); // what it has no function for is passed over
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Calls every method of every service, one by one, in every way that a message can be sent, and
// says what was let through.
#include "os/ipc.h"
#include "os/text.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"

struct result {
    uint64_t through, denied, none; // bit m: method m
};

static void note(struct result *r, uint32_t method, err_t err)
{
    uint64_t bit = (uint64_t)1 << method;
    if (err == ERR_DENIED)
        r->denied |= bit;
    else if (err == ERR_BAD_CAPABILITY)
        r->none |= bit;
    else
        r->through |= bit;
}

static void say(uint32_t service, const char *way, const struct result *r)
{
    char buffer[200];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, "service ");
    text_decimal(&t, service);
    text_char(&t, ' ');
    text_string(&t, way);
    text_string(&t, ": through ");
    text_hex(&t, r->through);
    text_string(&t, ", denied ");
    text_hex(&t, r->denied);
    text_string(&t, ", no capability ");
    text_hex(&t, r->none);
    probe_say(buffer);
}

static void call_all(uint32_t service, cap_t to)
{
    static const char *const ways[] = {"call", "lend", "lend_mut"};
    for (uint32_t kind = LEASE_NONE; kind <= LEASE_LEND_MUT; kind++) {
        struct result r = {0};
        for (uint32_t m = 0; m <= METHOD_MAX; m++)
            note(&r, m,
                 raw_lend(to, m, kind, kind == LEASE_NONE ? 0 : CELL_LEASE_BASE,
                          kind == LEASE_NONE ? 0 : 1));
        say(service, ways[kind], &r);
    }
    struct result r = {0};
    for (uint32_t m = 0; m <= METHOD_MAX; m++) {
        struct syscall s = {.word = raw_word(SYS_SEND, m), .target = to};
        syscall_enter(&s);
        note(&r, m, syscall_error(&s));
    }
    say(service, "send", &r);
}

int main(void)
{
    struct leaks before = leaks_now();
    for (uint32_t service = 1; service < START_SERVICES; service++) {
        // Where it has none, it tries the number that others have there.
        cap_t to = ipc_service(service);
        call_all(service, to != 0 ? to : cap_first(service));
    }
    leaks_probe(&before);
    return probe_end();
}

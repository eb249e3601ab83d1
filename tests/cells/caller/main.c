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

// The word is a deadline that has passed, where it is one: nothing waits.
static err_t send_one(cap_t to, enum sys_op op, uint32_t method, enum sys_lease kind)
{
    struct syscall s = {.word = raw_word(op, method) | (uint64_t)kind << CALL_LEASE_SHIFT,
                        .target = to,
                        .w = {1},
                        .lease = kind == LEASE_NONE ? 0 : CELL_LEASE_BASE | 1};
    syscall_enter(&s);
    return syscall_error(&s);
}

static void call_all(uint32_t service, cap_t to)
{
    static const struct {
        const char *name;
        enum sys_op op;
        enum sys_lease kind;
    } ways[] = {
        {"call",     SYS_CALL, LEASE_NONE    },
        {"lend",     SYS_CALL, LEASE_LEND    },
        {"lend_mut", SYS_CALL, LEASE_LEND_MUT},
        {"send",     SYS_SEND, LEASE_NONE    },
    };
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        struct result r = {0};
        for (uint32_t m = 0; m <= METHOD_MAX; m++)
            note(&r, m, send_one(to, ways[way].op, m, ways[way].kind));
        say(service, ways[way].name, &r);
    }
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

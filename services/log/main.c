// SPDX-License-Identifier: GPL-3.0-or-later
// The log: lines for people who debug, on the third serial port, which only this cell holds.
// Nothing in it is evidence. The steward raises SIGNAL_EVENT when it has something to say; its
// lines are then fetched with take_event, which never waits.
#include "device/uart.h"
#include "gen/log.h"
#include "gen/steward.h"
#include "line.h"
#include "os/event.h"
#include "os/serve.h"
#include "os/text.h"
#include <stdbool.h>
#include <string.h>

enum { NAMES = 64 }; // more than a plan has cells

static struct uart uart;
static bool silent; // there is no port: lines are taken and dropped
static struct {     // by the last bits of the identity; a cell that came later may have the same
    uint64_t identity;
    char name[LINE_NAME];
} names[NAMES];

// The writer's name; asked for once, because identities never change hands.
static const char *name_of(uint64_t identity)
{
    uint8_t publisher[32], app_id[32];
    uint32_t app;
    char *name = names[identity % NAMES].name;
    if (name[0] != '\0' && names[identity % NAMES].identity == identity)
        return name;
    names[identity % NAMES].identity = identity;
    if (steward_identify(identity, (uint8_t *)name, publisher, app_id, &app) == ERR_OK)
        return name;
    name[0] = '\0';
    return "?";
}

static void put_line(const char *name, const void *text, size_t size)
{
    static char line[LINE_SIZE];
    char field[LINE_NAME] = {0};
    memcpy(field, name, strnlen(name, LINE_NAME));
    size_t length = line_make(line, field, text, size);
    // A port that does not take the line for a while loses it: the writer must not be held up.
    if (!silent && uart_write(&uart, (const uint8_t *)line, length) != ERR_OK)
        return;
}

static void put_events(void)
{
    uint8_t text[STEWARD_TAKE_EVENT_TEXT_SIZE];
    size_t length;
    uint32_t lost;
    while (steward_take_event(text, sizeof text, &length, &lost) == ERR_OK && length != 0) {
        if (lost != 0) {
            char buffer[64];
            struct text t = text_begin(buffer, sizeof buffer);
            text_decimal(&t, lost);
            text_string(&t, " earlier lines are lost");
            put_line("steward", buffer, t.length);
        }
        put_line("steward", text, length);
    }
}

static err_t op_write(const struct caller *who, const uint8_t *text, size_t size)
{
    put_line(name_of(who->identity), text, size);
    return ERR_OK;
}

static void on_signal(uint64_t bits)
{
    // The port may have slept on the same signal while it wrote.
    while (((bits | uart.missed) & SIGNAL_EVENT) != 0) {
        bits = 0;
        uart.missed = 0;
        put_events();
    }
}

static void on_message(struct message *m)
{
    static const struct log_ops ops = {.write = op_write};
    log_dispatch(&ops, m);
    on_signal(0);
}

int main(void)
{
    static const struct server server = {.message = on_message, .signal = on_signal};
    const struct start_info *start = start_page();
    uart = (struct uart){.ports = start->ports[0], .signal = start->signal};
    silent = uart_begin(&uart) != ERR_OK;
    put_events();
    serve(start->endpoint, &server);
}

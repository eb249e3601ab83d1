// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cells/probe.h"
#include "gen/cell.h"
#include "gen/log.h"
#include "gen/steward.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "os/text.h"

static unsigned good_count, bad_count;
static const char *about;

// The log is how everybody learns of the result: without it there is none, and the runner says so.
static void line_send(const struct text *t)
{
    err_t err = log_write((const uint8_t *)t->at, t->length);
    (void)err;
}

static struct text line_begin(char *buffer, size_t size, bool good, const char *name)
{
    struct text t = text_begin(buffer, size);
    text_string(&t, good ? "ok " : "not ok ");
    if (about)
        text_string(&t, about);
    text_string(&t, name);
    if (good)
        good_count++;
    else
        bad_count++;
    return t;
}

void probe(bool good, const char *name)
{
    char buffer[256];
    struct text t = line_begin(buffer, sizeof buffer, good, name);
    line_send(&t);
}

void probe_eq(uint64_t got, uint64_t want, const char *name)
{
    char buffer[256];
    struct text t = line_begin(buffer, sizeof buffer, got == want, name);
    if (got != want) {
        text_string(&t, ": ");
        text_hex(&t, got);
        text_string(&t, " instead of ");
        text_hex(&t, want);
    }
    line_send(&t);
}

void probe_say(const char *text)
{
    char buffer[256];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, text);
    line_send(&t);
}

void probe_number(const char *text, uint64_t value)
{
    char buffer[256];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, text);
    text_char(&t, ' ');
    text_decimal(&t, value);
    line_send(&t);
}

void probe_about(const char *topic)
{
    about = topic;
}

int probe_end(void)
{
    char buffer[64];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, "end ");
    text_decimal(&t, good_count);
    text_string(&t, " good, ");
    text_decimal(&t, bad_count);
    text_string(&t, " bad");
    line_send(&t);
    return good_count == 0 || bad_count != 0;
}

struct leaks leaks_now(void)
{
    struct leaks l = {0};
    uint64_t size;
    err_t err = steward_usage(&l.pages, &l.slots, &l.cells);
    if (err == ERR_OK)
        err = cell_info(CAP_SELF, &l.own_slots, &l.own_tables, &l.own_pages);
    if (err == ERR_OK && start_page()->untyped != 0)
        err = untyped_info(start_page()->untyped, &size, &l.own_free);
    if (err != ERR_OK)
        probe_eq(err, ERR_OK, "leak check: usage");
    return l;
}

void leaks_probe(const struct leaks *before)
{
    struct leaks now = leaks_now();
    probe_about("leak check: ");
    probe_eq(now.pages, before->pages, "pages of the machine");
    probe_eq(now.slots, before->slots, "capabilities of the steward");
    probe_eq(now.cells, before->cells, "cells running");
    probe_eq(now.own_slots, before->own_slots, "own capabilities");
    probe_eq(now.own_pages, before->own_pages, "own pages");
    probe_about(0);
}

void cells_await(uint32_t cells)
{
    uint64_t pages, slots, bits;
    uint32_t running = cells + 1;
    err_t err = ERR_OK;
    while (err == ERR_OK) {
        err = steward_usage(&pages, &slots, &running);
        if (err == ERR_OK && running <= cells)
            return;
        // The steward raises it at each end of a cell; one that came meanwhile is still there.
        if (err == ERR_OK)
            err = sys_wait(start_page()->signal, 0, &bits);
    }
    probe_eq(err, ERR_OK, "waiting for others to end");
}

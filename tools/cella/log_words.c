// SPDX-License-Identifier: GPL-3.0-or-later
// The entries of an event log, as sentences.
#include "abi/object_type.h"
#include "abi/syscall.h"
#include "gen/names.h"
#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct words {
    char *at;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void put(struct words *w, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(w->at + w->length, w->size - w->length, format, list);
    va_end(list);
    if (n > 0)
        w->length += (size_t)n < w->size - w->length ? (size_t)n : w->size - w->length - 1;
}

static bool has(const struct journal_entry *e, uint32_t field)
{
    return e->present >> field & 1;
}

static const char *error_words(uint64_t error)
{
    static const char *const sentences[ERR_COUNT] = {
#define ERR(name, number, sentence) [number] = sentence,
#include "abi/errors.def"
#undef ERR
    };
    return error < ERR_COUNT ? sentences[error] : "an error that this program does not know";
}

static void put_fault(struct words *w, const struct journal_entry *e)
{
    static const char *const causes[] = {
        [FAULT_EXIT] = "it ended by itself",
        [FAULT_PAGE] = "page fault",
        [FAULT_INSTRUCTION] = "instruction that is undefined or not permitted",
        [FAULT_ARITHMETIC] = "arithmetic error",
        [FAULT_PROTECTION] = "protection fault",
        [FAULT_DEBUG] = "breakpoint",
        [FAULT_NO_FPU] = "floating point, which its manifest does not have",
        [FAULT_SYSCALL] = "system call that does not exist",
        [FAULT_TAMPERED] = "its program was changed in memory",
    };
    uint64_t cause = e->number[JOURNAL_CAUSE];
    put(w, "%s stopped: %s", e->who,
        cause < sizeof causes / sizeof causes[0] && causes[cause] ? causes[cause]
                                                                  : "unknown cause");
    if (cause == FAULT_EXIT && has(e, JOURNAL_DETAIL))
        put(w, " with status %llu", (unsigned long long)e->number[JOURNAL_DETAIL]);
}

// A service is called by its number, which is its slot too; anything else by what it is.
static void put_denial(struct words *w, const struct journal_entry *e)
{
    static const char *const objects[] = {
        [OBJECT_NONE] = "nothing",         [OBJECT_UNTYPED] = "untyped memory",
        [OBJECT_FRAME] = "a frame",        [OBJECT_CELL] = "a cell",
        [OBJECT_THREAD] = "a thread",      [OBJECT_ENDPOINT] = "an endpoint",
        [OBJECT_SIGNAL] = "a signal",      [OBJECT_INTERRUPT] = "an interrupt",
        [OBJECT_PORT] = "ports",           [OBJECT_BUDGET] = "a budget",
        [OBJECT_DEVICE] = "device memory", [OBJECT_AUDIT] = "the audit",
    };
    uint64_t type = e->number[JOURNAL_OBJECT], slot = e->number[JOURNAL_SLOT];
    uint64_t method = e->number[JOURNAL_METHOD];
    const struct service_info *service =
        type == OBJECT_ENDPOINT && slot <= UINT32_MAX ? service_by_number((uint32_t)slot) : NULL;
    const struct method_info *m =
        service && method <= UINT32_MAX ? method_by_number(service, (uint32_t)method) : NULL;
    put(w, "%s called ", e->who);
    if (m)
        put(w, "%s.%s", service->name, m->name);
    else
        put(w, "method %llu of %s in slot %llu", (unsigned long long)method,
            service                                     ? service->name
            : type < sizeof objects / sizeof objects[0] ? objects[type]
                                                        : "an unknown object",
            (unsigned long long)slot);
    put(w, has(e, JOURNAL_ERROR) && e->number[JOURNAL_ERROR] == ERR_EXPIRED
               ? ", for which its time was over"
               : ", which it may not");
}

static void put_text(struct words *w, const char *before, const struct journal_entry *e)
{
    if (has(e, JOURNAL_TEXT))
        put(w, "%s%s", before, e->text);
}

static void put_cell(struct words *w, const struct journal_entry *e)
{
    switch (e->kind) {
    case JOURNAL_FAULT:
        put_fault(w, e);
        break;
    case JOURNAL_RESTART:
        put(w, "%s was started again", e->who);
        break;
    case JOURNAL_NOT_STARTED:
        put(w, "%s could not be started: %s", e->who, error_words(e->number[JOURNAL_ERROR]));
        break;
    case JOURNAL_ENDED:
        put(w, "%s is not started again%s", e->who,
            e->number[JOURNAL_CAUSE] ? ": it stopped too often" : "");
        break;
    case JOURNAL_DENIAL:
        put_denial(w, e);
        break;
    case JOURNAL_TAMPER:
        put(w, "page %llu of %s was changed in memory: it was stopped",
            (unsigned long long)e->number[JOURNAL_DETAIL], e->who);
        break;
    }
}

static void put_person(struct words *w, const struct journal_entry *e)
{
    static const char *const did[] = {
        [JOURNAL_APPROVAL] = "was allowed by the person",
        [JOURNAL_REFUSAL] = "was refused",
        [JOURNAL_INSTALL] = "was installed",
        [JOURNAL_REMOVE] = "was removed",
        [JOURNAL_UPDATE] = "was replaced",
    };
    put(w, "%s %s", e->who, did[e->kind]);
    put_text(w, ": ", e);
}

const char *log_words(const struct journal_entry *e, char out[LOG_WORDS])
{
    struct words w = {.at = out, .size = LOG_WORDS};
    unsigned long long count = has(e, JOURNAL_COUNT) ? e->number[JOURNAL_COUNT] : 1;
    out[0] = 0;
    if (e->kind == JOURNAL_STARTED && has(e, JOURNAL_COUNT)) {
        put(&w, "the log goes on; the %llu entries before this one are lost", count);
    } else if (e->kind == JOURNAL_STARTED) {
        put(&w, "the log begins");
    } else if (e->kind == JOURNAL_LOST) {
        put(&w, "%llu events that the %s saw came too fast to be written down", count, e->who);
    } else if (e->kind == JOURNAL_BOOT) {
        put(&w, "the system starts: profile %s", e->who);
        put_text(&w, ", version ", e);
    } else {
        (e->kind >= JOURNAL_APPROVAL && e->kind <= JOURNAL_UPDATE ? put_person : put_cell)(&w, e);
        if (count > 1)
            put(&w, " (this stands for %llu times)", count);
    }
    return out;
}

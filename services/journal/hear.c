// SPDX-License-Identifier: GPL-3.0-or-later
#include "hear.h"
#include "abi/object_type.h"
#include "abi/record.h"
#include "gen/audit.h"
#include "gen/steward.h"
#include "os/syscall.h"
#include <string.h>

// Events that went by unheard: nobody knows whose they were.
static void lost_write(struct book *b, const char *whose, uint32_t lost)
{
    struct journal_entry e = {.kind = JOURNAL_LOST};
    if (lost == 0)
        return;
    journal_who(&e, whose, strlen(whose));
    journal_number(&e, JOURNAL_COUNT, lost);
    book_noise(b, &e, sys_now());
}

// What was booted is in the entry too: the log is read where the device is not.
static void boot_describe(struct journal_entry *e)
{
    uint8_t profile[32], version[32];
    uint32_t entry, secure_boot;
    uint64_t rollback_index;
    if (steward_boot_report(profile, version, e->digest, &entry, &secure_boot, &rollback_index) !=
        ERR_OK)
        return;
    e->present |= 1u << JOURNAL_DIGEST;
    journal_text(e, version, sizeof version);
}

static void record_write(struct book *b, uint32_t kind, const uint8_t name[32], uint64_t cause,
                         uint64_t detail, nsec_t time)
{
    static const uint8_t kinds[] = {
        [RECORD_BOOT] = JOURNAL_BOOT,       [RECORD_FAULT] = JOURNAL_FAULT,
        [RECORD_RESTART] = JOURNAL_RESTART, [RECORD_NOT_STARTED] = JOURNAL_NOT_STARTED,
        [RECORD_ENDED] = JOURNAL_ENDED,     [RECORD_TAMPER] = JOURNAL_TAMPER,
    };
    struct journal_entry e = {0};
    if (kind == 0 || kind >= sizeof kinds)
        return; // of a steward that knows more than this image's journal: there is none
    e.kind = kinds[kind];
    journal_who(&e, name, 32);
    if (kind == RECORD_BOOT)
        boot_describe(&e);
    else if (kind == RECORD_NOT_STARTED)
        journal_number(&e, JOURNAL_ERROR, cause);
    else if (kind != RECORD_RESTART)
        journal_number(&e, JOURNAL_CAUSE, cause);
    if (detail)
        journal_number(&e, JOURNAL_DETAIL, detail);
    // No cell can change another's pages, or begin the system: these two are never too many.
    if (kind == RECORD_BOOT || kind == RECORD_TAMPER)
        book_add(b, &e, time);
    else
        book_noise(b, &e, time);
}

void hear_steward(struct book *b)
{
    uint8_t name[STEWARD_TAKE_RECORD_NAME_SIZE];
    uint32_t kind, lost;
    uint64_t cause, detail, time;
    for (int i = 0; i < HEAR_MAX; i++) {
        if (steward_take_record(name, &kind, &cause, &detail, &time, &lost) != ERR_OK)
            return;
        lost_write(b, "steward", lost);
        record_write(b, kind, name, cause, detail, time);
    }
}

// The caller's name. It is asked for each run of denials of one cell, because the number of an app
// that was removed may be given to another.
static void caller_name(struct journal_entry *e, uint64_t identity)
{
    uint8_t name[STEWARD_IDENTIFY_NAME_SIZE], publisher[32], app_id[32];
    uint32_t app;
    if (identity == 0 || steward_identify(identity, name, publisher, app_id, &app) != ERR_OK)
        journal_who(e, "?", 1);
    else
        journal_who(e, name, sizeof name);
}

void hear_kernel(struct book *b, cap_t audit)
{
    uint64_t cell, last = 0;
    uint32_t type, slot, method, reason, more;
    struct journal_entry whose = {0};
    for (int i = 0; i < HEAR_MAX && audit; i++) {
        if (audit_take_denial(audit, &cell, &type, &slot, &method, &reason, &more) != ERR_OK)
            return;
        if (type == OBJECT_NONE && reason == 0) {
            lost_write(b, "kernel", more);
            continue;
        }
        if (i == 0 || cell != last)
            caller_name(&whose, cell);
        last = cell;
        struct journal_entry e = {.kind = JOURNAL_DENIAL};
        memcpy(e.who, whose.who, sizeof e.who);
        journal_number(&e, JOURNAL_OBJECT, type);
        journal_number(&e, JOURNAL_SLOT, slot);
        journal_number(&e, JOURNAL_METHOD, method);
        journal_number(&e, JOURNAL_ERROR, reason);
        if (more)
            journal_number(&e, JOURNAL_COUNT, 1 + (uint64_t)more);
        book_noise(b, &e, sys_now());
    }
}

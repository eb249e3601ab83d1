// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal.h"
#include "export.h"
#include "gen/entropy.h"
#include "gen/steward.h"
#include "hear.h"
#include "os/panic.h"
#include "os/say.h"
#include "os/syscall.h"
#include <string.h>

static struct book book;
static uint64_t kept_next; // the number of the next entry, as the steward knows it
static bool opened;        // there is a log
static nsec_t due;         // the next look

// The steward keeps the chain's end.
static void state_keep(void)
{
    struct book_state state;
    book_state(&book, &state);
    if (state.next == kept_next)
        return;
    err_t err = steward_keep((const uint8_t *)&state);
    ASSERT(err == ERR_OK, "the steward does not keep the log's end");
    kept_next = state.next;
}

static bool book_reopen(void)
{
    struct book_state state;
    struct journal_entry e = {.kind = JOURNAL_STARTED};
    if (steward_kept((uint8_t *)&state) != ERR_OK || book_resume(&book, &state) != ERR_OK)
        return false;
    journal_who(&e, "journal", 7);
    journal_text(&e, "the journal had stopped", 23);
    journal_number(&e, JOURNAL_COUNT, state.next - 1);
    book_add(&book, &e, sys_now());
    say_line("the journal goes on after a stop; its entries are lost");
    return true;
}

// A log that is not the first one of this boot's, or a new one. Errors: those of the entropy
// service; the next look tries again.
static err_t book_open(void)
{
    uint8_t boot_id[JOURNAL_BOOT_ID];
    struct journal_entry e = {.kind = JOURNAL_STARTED};
    size_t size = 0;
    if (opened || book_reopen()) {
        opened = true;
        return ERR_OK;
    }
    err_t err = entropy_random(boot_id, sizeof boot_id, &size);
    if (err || size != sizeof boot_id)
        return ERR_BAD_STATE;
    book_begin(&book, boot_id);
    journal_who(&e, "journal", 7);
    book_add(&book, &e, sys_now());
    opened = true;
    return ERR_OK;
}

static err_t entry_write(uint32_t kind, const uint8_t who[32], const uint8_t digest[32],
                         const uint8_t *text, size_t size)
{
    static const uint8_t none[JOURNAL_DIGEST_SIZE];
    struct journal_entry e = {.kind = kind};
    err_t err = book_open();
    if (err != ERR_OK)
        return err;
    journal_who(&e, who, 32);
    if (size)
        journal_text(&e, text, size);
    if (memcmp(digest, none, sizeof none) != 0) {
        e.present |= 1u << JOURNAL_DIGEST;
        memcpy(e.digest, digest, sizeof e.digest);
    }
    hear_steward(&book); // what was before comes before it
    book_add(&book, &e, sys_now());
    state_keep();
    return ERR_OK;
}

static err_t op_answered(const struct caller *caller, bool approved, const uint8_t who[32],
                         const uint8_t digest[32], const uint8_t *text, size_t size)
{
    (void)caller;
    return entry_write(approved ? JOURNAL_APPROVAL : JOURNAL_REFUSAL, who, digest, text, size);
}

static err_t op_changed(const struct caller *caller, uint32_t what, const uint8_t who[32],
                        const uint8_t digest[32], const uint8_t *text, size_t size)
{
    (void)caller;
    static const uint8_t kinds[] = {0, JOURNAL_INSTALL, JOURNAL_REMOVE, JOURNAL_UPDATE};
    if (what == 0 || what >= sizeof kinds)
        return ERR_BAD_ARGUMENT;
    return entry_write(kinds[what], who, digest, text, size);
}

const struct journal_ops journal_operations = {.answered = op_answered, .changed = op_changed};

nsec_t journal_deadline(void)
{
    return due;
}

void journal_tick(void)
{
    bool asked = false;
    if (book_open() == ERR_OK) {
        hear_steward(&book);
        hear_kernel(&book, start_page()->audit);
        book_tick(&book, sys_now());
        state_keep();
        asked = export_serve(&book);
    }
    // Whoever fetches the log asks again at once; nobody has to wait for the next look.
    due = sys_now() + (asked ? 1 : (nsec_t)JOURNAL_LOOK_MS * 1000000);
}

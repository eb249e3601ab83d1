// SPDX-License-Identifier: GPL-3.0-or-later
#include "record.h"

#include <string.h>

#include "gen/journal.h"
#include "terminal.h"

void record_answer(bool approved, const char *app, const uint8_t *digest, const char *text)
{
    static const uint8_t none[JOURNAL_ANSWERED_DIGEST_SIZE];
    size_t size = strnlen(text, JOURNAL_ANSWERED_TEXT_SIZE);
    err_t err = journal_answered(approved, (const uint8_t *)app, digest ? digest : none,
                                 (const uint8_t *)text, size);
    // It stopped while it wrote: twice is better than never.
    if (err == ERR_PEER_DEAD)
        err = journal_answered(approved, (const uint8_t *)app, digest ? digest : none,
                               (const uint8_t *)text, size);
    if (err)
        terminal_text("This is NOT in the event log, which does not work.\n");
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "vouch.h"

#include <string.h>

#include "answer.h"
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "format/register.h"
#include "gen/journal.h"
#include "gen/vault.h"
#include "os/syscall.h"
#include "os/text.h"
#include "prompt.h"
#include "record.h"
#include "terminal.h"

#define SECOND ((nsec_t)1000000000)

static struct {
    uint8_t value[VAULT_PROGRAM_VALUE_SIZE];
    size_t size;
    uint8_t hash[HASH_SIZE]; // of `value`, made here (P1)
    struct program_register program;
    uint32_t number; // secret until it is shown
    uint64_t sequence;
} vouch;

static void vouch_show(void)
{
    const struct program_register *p = &vouch.program;
    terminal_text("\n");
    answer_rule("---- program ", vouch.sequence);
    terminal_text(p->revoked ? "Refuse the program " : "NOBODY vouches for the program ");
    terminal_field((const uint8_t *)p->name, sizeof p->name);
    terminal_text(", version number ");
    terminal_number(p->version, 1, ' ');
    terminal_text(p->revoked ? ", and all older ones\n" : "\n");
    if (p->minimum > 1) {
        terminal_text("No version of it below ");
        terminal_number(p->minimum, 1, ' ');
        terminal_text(" may run here any more, whoever publishes it.\n");
    }
    terminal_text("package ");
    terminal_hex(p->package_root, sizeof p->package_root);
    terminal_text("\ncode    ");
    terminal_hex(p->code_root, sizeof p->code_root);
    terminal_text(
        p->revoked
            ? "\nNo publisher can have it run here any more.\n"
            : "\nIt has no publisher: nobody is known who made it, and nobody can revoke it.\n"
              "If you vouch for it, it counts as yours, until this device is switched "
              "off.\n");
    answer_rule("---- end of program ", vouch.sequence);
    terminal_text(p->revoked ? "To refuse it" : "To vouch for it");
    terminal_text(", type the number ");
    terminal_number(vouch.number, 4, '0');
    terminal_text(". Anything else refuses.\n");
}

// Into the event log. A question that was taken back was not answered.
static void vouch_record(bool approved)
{
    char text[JOURNAL_ANSWERED_TEXT_SIZE + 1], name[JOURNAL_ANSWERED_APP_SIZE] = {0};
    struct text t = text_begin(text, sizeof text);
    memcpy(name, vouch.program.name, sizeof name);
    text_string(&t, vouch.program.revoked ? "refuse all up to version " : "vouch for version ");
    text_decimal(&t, vouch.program.version);
    record_answer(approved, name, vouch.program.package_root, text);
}

// Tell the vault, and the person how it ended (P3).
static void vouch_answer(enum answer answer, uint32_t number)
{
    err_t err = ERR_NOT_FOUND;
    const bool right = answer == ANSWER_NUMBER && number == vouch.number;
    if (answer != ANSWER_GONE)
        vouch_record(right);
    if (answer == ANSWER_NUMBER)
        err = vault_approve_program(vouch.hash, number);
    else if (answer != ANSWER_GONE)
        err = vault_reject_program(vouch.hash);
    if (right && err != ERR_OK)
        vouch_record(false); // what was written down as a yes came to nothing
    if (answer == ANSWER_LATE || answer == ANSWER_GONE)
        terminal_text("\n");
    if (err == ERR_NOT_FOUND)
        terminal_text("The question was taken back.\n");
    else if (right && err == ERR_OK)
        terminal_text("Signed.\n");
    else if (right)
        terminal_text("It could not be done.\n");
    else
        terminal_text("Refused.\n");
}

static bool vouch_gone(void)
{
    return vault_program_waits(vouch.sequence) == ERR_NOT_FOUND;
}

err_t vouch_serve(void)
{
    struct line line = {.length = 0};
    uint32_t number = 0;
    memset(&vouch, 0, sizeof vouch);
    err_t err =
        vault_program(vouch.value, sizeof vouch.value, &vouch.size, &vouch.number, &vouch.sequence);
    if (err)
        return err;
    terminal_calm();
    hash_bytes(vouch.value, vouch.size, vouch.hash);
    enum answer answer = ANSWER_TROUBLE; // the vault has decoded these bytes
    if (program_decode((struct span){vouch.value, vouch.size}, &vouch.program) == ERR_OK) {
        vouch_show();
        nsec_t deadline = sys_now() + PROMPT_PATIENCE_SECONDS * SECOND;
        answer = answer_number("vouch", vouch.sequence, &line, deadline, vouch_gone, &number);
    }
    vouch_answer(answer, number);
    line_wipe(&line);
    wipe(&vouch, sizeof vouch);
    terminal_flush();
    return ERR_OK;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "apps.h"

#include <string.h>

#include "abi/plan.h"
#include "format/fingerprint.h"
#include "format/register.h"
#include "gen/journal.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "os/text.h"
#include "record.h"
#include "terminal.h"

enum { MILLISECOND = 1000000, TRIES = 20, PAUSE_MS = 100 }; // until lent pages are back

enum apps_word apps_word(const uint8_t publisher[32], const char *name, const uint8_t code_root[32],
                         uint64_t version)
{
    uint32_t word = APPS_OTHERS;
    err_t err = vault_own_word(publisher, (const uint8_t *)name, code_root, version, &word);
    return err ? APPS_OTHERS : (enum apps_word)word; // no vault: nobody can have vouched there
}

// ---- what is installed

struct app {
    uint8_t name[BUNDLE_NAME], version[BUNDLE_NAME], publisher[PUBLISHER_SIZE];
    uint32_t place, pages, runs;
    uint64_t number;
};

// The next one from its `place` on. False: that were all.
static bool app_next(struct app *a)
{
    err_t err;
    do
        err = steward_installed(a->place++, a->name, a->version, a->publisher, &a->pages, &a->runs,
                                &a->number);
    while (err == ERR_NOT_FOUND); // an empty place; behind the last one it is another error
    return err == ERR_OK;
}

// The next program of the device's own chain. False: that were all.
static bool said_next(uint32_t *index, uint8_t id[32], struct program_register *out)
{
    uint8_t value[REGISTER_VALUE];
    size_t size;
    while (vault_own_program(*index, id, value, sizeof value, &size) == ERR_OK) {
        ++*index;
        if (program_decode((struct span){value, size}, out) == ERR_OK)
            return true;
    }
    return false;
}

static void app_show(const struct app *a, bool own)
{
    char text[FINGERPRINT_TEXT];
    terminal_text("  ");
    terminal_field(a->name, sizeof a->name);
    terminal_text(" ");
    terminal_field(a->version, sizeof a->version);
    terminal_text(a->runs != 0 ? ", runs" : ", has stopped");
    if (own) {
        terminal_text(", nobody but you vouches for it\n");
        return;
    }
    fingerprint_text(a->publisher, text);
    terminal_text(", publisher ");
    terminal_text(text);
    terminal_text("\n");
}

static void said_show(const struct program_register *p)
{
    terminal_text("  ");
    terminal_field(p->name, sizeof p->name);
    terminal_text(p->revoked ? ", refused up to version number " : ", version number ");
    terminal_number(p->version, 1, ' ');
    terminal_text("\n");
}

static void apps_list(void)
{
    struct app a = {.place = 0};
    struct program_register program;
    uint8_t id[32] = {0};
    uint32_t index = 0;
    bool said = said_next(&index, id, &program), any = false;
    while (app_next(&a)) {
        if (!any)
            terminal_text("Installed:\n");
        any = true;
        app_show(&a, said && memcmp(a.publisher, id, sizeof id) == 0);
    }
    if (!any)
        terminal_text("No app is installed.\n");
    terminal_text(said ? "Your word, until this device is switched off:\n"
                       : "You vouched for no program, and refused none.\n");
    for (; said; said = said_next(&index, id, &program))
        said_show(&program);
}

// ---- taking one back

// The highest version of that name that is installed or that the person spoke of; 0: there is none.
static uint64_t version_find(const char name[BUNDLE_NAME])
{
    struct app a = {.place = 0};
    struct program_register program;
    uint8_t id[32];
    uint32_t index = 0;
    uint64_t version = 0;
    while (app_next(&a))
        if (memcmp(a.name, name, sizeof a.name) == 0 && a.number > version)
            version = a.number;
    while (said_next(&index, id, &program))
        if (memcmp(program.name, name, BUNDLE_NAME) == 0 && program.version > version)
            version = program.version;
    return version;
}

// Whatever the chain says: it does not go on running.
static err_t app_stop(const char name[BUNDLE_NAME])
{
    uint64_t bits;
    err_t err = steward_remove((const uint8_t *)name);
    for (int i = 0; err == ERR_BUSY && i < TRIES; i++) {
        err_t waited =
            sys_wait(start_page()->signal, sys_now() + (nsec_t)PAUSE_MS * MILLISECOND, &bits);
        (void)waited; // nobody raises it, so this is TIMED_OUT
        err = steward_remove((const uint8_t *)name);
    }
    return err;
}

static void refusal_record(const char name[BUNDLE_NAME], uint64_t version)
{
    char text[JOURNAL_ANSWERED_TEXT_SIZE + 1];
    struct text t = text_begin(text, sizeof text);
    text_string(&t, "refuse all up to version ");
    text_decimal(&t, version);
    record_answer(true, name, NULL, text);
}

static void apps_refuse(const char name[BUNDLE_NAME])
{
    uint64_t version = version_find(name), refused = 0;
    if (version == 0) {
        terminal_text("No program of this name is installed, and you vouched for none. Type "
                      "`apps`.\n");
        return;
    }
    refusal_record(name, version);
    err_t err = vault_refuse_program((const uint8_t *)name, version, &refused);
    err_t stopped = app_stop(name);
    terminal_text("Refused: ");
    terminal_field(name, BUNDLE_NAME);
    terminal_text(" up to version number ");
    terminal_number(err ? version : refused, 1, ' ');
    terminal_text(stopped == ERR_OK          ? ". It has been stopped and removed.\n"
                  : stopped == ERR_NOT_FOUND ? ". It was not installed.\n"
                                             : ". It could NOT be stopped: restart the device.\n");
    if (err == ERR_BAD_STATE)
        terminal_text("There is no seed, so the device cannot remember that: it may be installed "
                      "again.\n");
    else if (err)
        terminal_text("There is no room to remember that: it may be installed again. Restart the "
                      "device.\n");
}

bool apps_command(const struct line *line)
{
    static const char word[] = "refuse ";
    char name[BUNDLE_NAME] = {0};
    if (line_is(line, "apps")) {
        apps_list();
        return true;
    }
    const size_t before = sizeof word - 1;
    if (line->odd || line->overlong || strncmp(line->text, word, before) != 0)
        return false;
    const size_t length = line->length - before;
    if (length == 0 || length >= sizeof name) {
        terminal_text("Type `refuse` and the name of a program. `apps` lists them.\n");
        return true;
    }
    memcpy(name, line->text + before, length);
    apps_refuse(name);
    return true;
}

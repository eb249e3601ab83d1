// SPDX-License-Identifier: GPL-3.0-or-later
#include "ask.h"

#include <string.h>

#include "abi/consent.h"
#include "answer.h"
#include "apps.h"
#include "crypto/wipe.h"
#include "format/fingerprint.h"
#include "gen/journal.h"
#include "gen/names.h"
#include "gen/steward.h"
#include "grants.h"
#include "os/syscall.h"
#include "os/text.h"
#include "prompt.h"
#include "record.h"
#include "terminal.h"

#define SECOND ((nsec_t)1000000000)

enum { KIB_PER_PAGE = 4 };

static struct {
    struct question about;
    uint32_t number; // secret until it is shown
    uint64_t sequence;
} ask;

// Who vouches for it. `then` follows a publisher that is somebody else.
static void publisher_show(const char *then)
{
    char text[FINGERPRINT_TEXT];
    const struct question *q = &ask.about;
    const enum apps_word word = apps_word(q->publisher, q->name, q->code_root, q->number);
    const bool runs = q->kind == QUESTION_CONSENT || q->kind == QUESTION_REMOVE;
    if (word == APPS_VOUCHED || (word != APPS_OTHERS && runs)) {
        terminal_text("Nobody but YOU vouches for it: it has no publisher. This device remembers "
                      "your\nword until it is switched off.\n");
        return;
    }
    if (word != APPS_OTHERS) {
        terminal_text("It is offered as YOURS, and you did NOT vouch for it: refuse.\n");
        return;
    }
    fingerprint_text(ask.about.publisher, text);
    terminal_text("publisher ");
    terminal_text(text);
    terminal_text(then);
    terminal_text("\n");
}

static void consent_show(void)
{
    nsec_t now = sys_now();
    terminal_text("The app ");
    terminal_field(ask.about.name, sizeof ask.about.name);
    terminal_text(" asks for more than its manifest gives it.\n");
    publisher_show("");
    (void)grants_show(&ask.about, GRANTS_MAY, "It wants:\n");
    if (ask.about.consent == CONSENT_ONCE) {
        terminal_text("For one call only.\n");
    } else if (ask.about.consent == CONSENT_RUN) {
        terminal_text("Until it ends, as often as it likes.\n");
    } else {
        nsec_t left = ask.about.expiry > now ? ask.about.expiry - now : 0;
        terminal_text("For ");
        terminal_number((left + SECOND - 1) / SECOND, 1, ' ');
        terminal_text(" seconds from now, as often as it likes.\n");
    }
}

static void memory_show(const char *before, uint32_t pages, const char *after)
{
    terminal_text(before);
    terminal_number((uint64_t)pages * KIB_PER_PAGE, 1, ' ');
    terminal_text(" KiB");
    terminal_text(after);
}

// What an update changes, before all that it has: a long list that a person knows hides one line
// that is new.
static void change_show(const struct question *q)
{
    bool more = q->pages > q->pages_before;
    if (more) {
        memory_show("NEW in this version: ", q->pages, " of memory, not ");
        memory_show("", q->pages_before, ".\n");
    }
    more |= grants_show(q, GRANTS_MAY_NEW, "NEW in this version, it may:\n");
    more |= grants_show(q, GRANTS_ASK_NEW, "NEW in this version, it may ask you later for:\n");
    if (!more)
        terminal_text("Nothing new is asked for.\n");
    (void)grants_show(q, GRANTS_MAY_LOST, "It may no longer:\n");
    (void)grants_show(q, GRANTS_ASK_LOST, "It may no longer ask you for:\n");
}

static void install_show(void)
{
    const struct question *q = &ask.about;
    const bool update = q->kind == QUESTION_UPDATE;
    terminal_text(update ? "Replace the app " : "Install the app ");
    terminal_field(q->name, sizeof q->name);
    terminal_text(", version ");
    if (update) {
        terminal_field(q->replaced, sizeof q->replaced);
        terminal_text(", by version ");
    }
    terminal_field(q->version, sizeof q->version);
    terminal_text("\n");
    publisher_show(update          ? ", the same as before"
                   : q->known != 0 ? ", whose apps were installed here before"
                                   : ", NEW: no app of this publisher was installed here before");
    if (update)
        change_show(q);
    memory_show(update ? "In all it gets " : "It gets ", q->pages, " of memory.\n");
    if (!grants_show(q, GRANTS_MAY, update ? "In all it may:\n" : "It may:\n"))
        terminal_text("It may call nobody.\n");
    (void)grants_show(q, GRANTS_ASK, "It may ask you later for:\n");
}

static void remove_show(void)
{
    terminal_text("Remove the app ");
    terminal_field(ask.about.name, sizeof ask.about.name);
    terminal_text(", version ");
    terminal_field(ask.about.version, sizeof ask.about.version);
    terminal_text("\n");
    publisher_show("");
    terminal_text("It stops at once, and what it holds in memory is gone. Installed again it has "
                  "the\nsame keys.\n");
}

static void ask_show(void)
{
    const uint32_t kind = ask.about.kind;
    terminal_text("\n");
    answer_rule("---- question ", ask.sequence);
    if (kind == QUESTION_CONSENT)
        consent_show();
    else if (kind == QUESTION_REMOVE)
        remove_show();
    else
        install_show();
    answer_rule("---- end of question ", ask.sequence);
    terminal_text(kind == QUESTION_CONSENT  ? "To allow it"
                  : kind == QUESTION_REMOVE ? "To remove it"
                                            : "To install it");
    terminal_text(", type the number ");
    terminal_number(ask.number, 4, '0');
    terminal_text(". Anything else refuses.\n");
}

// The question in a few words: "permission (once): vault sign", "install 1.2".
static void ask_text(char *out, size_t size)
{
    static const char *const kinds[] = {"", "once", "this run", "for a time"};
    const struct question *q = &ask.about;
    struct text t = text_begin(out, size);
    if (q->kind != QUESTION_CONSENT) {
        text_string(&t, q->kind == QUESTION_UPDATE   ? "update to "
                        : q->kind == QUESTION_REMOVE ? "remove "
                                                     : "install ");
        text_name(&t, q->version, sizeof q->version);
        return;
    }
    text_string(&t, "permission (");
    text_string(&t, kinds[q->consent < sizeof kinds / sizeof kinds[0] ? q->consent : 0]);
    text_string(&t, "):");
    for (uint32_t i = 0; i < q->grant_count && i < QUESTION_GRANTS; i++) {
        const struct service_info *service = service_by_number(q->grants[i].service);
        for (uint32_t m = 1; service != NULL && m < 64; m++) {
            const struct method_info *method = method_by_number(service, m);
            if ((q->grants[i].methods >> m & 1) == 0 || method == NULL)
                continue;
            text_char(&t, ' ');
            text_string(&t, service->name);
            text_char(&t, '.');
            text_string(&t, method->name);
        }
    }
}

// Into the event log.
static void ask_record(bool approved)
{
    char text[JOURNAL_ANSWERED_TEXT_SIZE + 1];
    ask_text(text, sizeof text);
    record_answer(approved, ask.about.name, NULL, text);
}

// Tell the steward, and the person how it ended (P3).
static void ask_answer(enum answer answer, uint32_t number)
{
    static const struct {
        uint32_t told;
        const char *said;
    } ends[] = {
        [ANSWER_NO] = {QUESTION_NO,      "Refused.\n"                              },
        [ANSWER_FEE] = {QUESTION_NO,      "Refused.\n"                              },
        [ANSWER_NUMBER] = {QUESTION_YES,     "Allowed.\n"                              },
        [ANSWER_LATE] = {QUESTION_LATE,    "\nRefused: nobody answered in time.\n"   },
        [ANSWER_GONE] = {QUESTION_NO,      "\nThe question was taken back.\n"        },
        [ANSWER_TROUBLE] = {QUESTION_TROUBLE, "Not answered: the console had trouble.\n"},
    };
    const bool right = answer == ANSWER_NUMBER && number == ask.number;
    err_t err = ERR_OK;
    if (answer != ANSWER_GONE) { // a question that was taken back was not answered
        ask_record(right);
        err = steward_answer(ask.sequence, ends[answer].told, number);
    }
    if (right && err != ERR_OK)
        ask_record(false); // what was written down as a yes came to nothing
    if (err == ERR_NOT_FOUND)
        terminal_text("The question was taken back.\n");
    else if (err == ERR_REFUSED)
        terminal_text("Refused: that was another number.\n");
    else if (err != ERR_OK)
        terminal_text("It could not be done.\n");
    else
        terminal_text(ends[answer].said);
}

// There may be another one already.
static bool ask_gone(void)
{
    uint64_t sequence = 0;
    err_t err = steward_wait_question(1, &sequence);
    return err == ERR_TIMED_OUT || (err == ERR_OK && sequence != ask.sequence);
}

err_t ask_serve(void)
{
    struct line line = {.length = 0};
    uint32_t number = 0;
    size_t size = 0;
    memset(&ask, 0, sizeof ask);
    err_t err = steward_question((uint8_t *)&ask.about, sizeof ask.about, &size, &ask.number,
                                 &ask.sequence);
    if (err)
        return err;
    terminal_calm();
    ask_show();
    nsec_t deadline = sys_now() + PROMPT_PATIENCE_SECONDS * SECOND;
    enum answer answer = answer_number("allow", ask.sequence, &line, deadline, ask_gone, &number);
    ask_answer(answer, number);
    line_wipe(&line);
    wipe(&ask, sizeof ask);
    terminal_flush();
    return ERR_OK;
}

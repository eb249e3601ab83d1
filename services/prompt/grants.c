// SPDX-License-Identifier: GPL-3.0-or-later
#include "grants.h"

#include <string.h>

#include "gen/names.h"
#include "terminal.h"

enum { WIDTH = 76, INDENT = 6 };

static void indent(void)
{
    for (int i = 0; i < INDENT; i++)
        terminal_text(" ");
}

// A sentence, broken between its words.
static void sentence_show(const char *text)
{
    size_t column = WIDTH;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (column + 1 + word > WIDTH) {
            terminal_text("\n");
            indent();
            column = INDENT;
        } else {
            terminal_text(" ");
            column++;
        }
        terminal_span(text, word);
        column += word;
        text += word + strspn(text + word, " ");
    }
    terminal_text(".\n");
}

// One method: its name, and what it does in the words of its interface.
static void method_show(uint32_t service_number, uint32_t number)
{
    const struct service_info *service = service_by_number(service_number);
    const struct method_info *method = service != NULL ? method_by_number(service, number) : NULL;
    terminal_text("  ");
    if (method == NULL) { // of an interface that this image does not know: nobody serves it either
        terminal_text("method ");
        terminal_number(number, 1, ' ');
        terminal_text(" of service ");
        terminal_number(service_number, 1, ' ');
        terminal_text(", which is unknown\n");
        return;
    }
    terminal_text(service->name);
    terminal_text(" ");
    terminal_text(method->name);
    terminal_text(":");
    sentence_show(method->summary);
}

static uint64_t part_of(const struct question_grant *g, enum grants_part part)
{
    switch (part) {
    case GRANTS_MAY:
        return g->methods;
    case GRANTS_ASK:
        return g->consent;
    case GRANTS_MAY_NEW:
        return g->methods & ~g->methods_before;
    case GRANTS_ASK_NEW:
        return g->consent & ~g->consent_before;
    case GRANTS_MAY_LOST:
        return g->methods_before & ~g->methods;
    default:
        return g->consent_before & ~g->consent;
    }
}

bool grants_show(const struct question *q, enum grants_part part, const char *title)
{
    bool shown = false;
    for (uint32_t i = 0; i < q->grant_count && i < QUESTION_GRANTS; i++) {
        const uint64_t methods = part_of(&q->grants[i], part);
        for (uint32_t m = 1; m < 64; m++) {
            if ((methods >> m & 1) == 0)
                continue;
            if (!shown)
                terminal_text(title);
            shown = true;
            method_show(q->grants[i].service, m);
        }
    }
    return shown;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal.h"

static void on_message(struct message *m)
{
    journal_dispatch(&journal_operations, m);
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .deadline = journal_deadline, .tick = journal_tick};
    journal_tick();
    serve(start_page()->endpoint, &server);
}

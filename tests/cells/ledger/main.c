// SPDX-License-Identifier: GPL-3.0-or-later
// In place of the event log, where a test has no companion that it could be read through.
#include "gen/journal.h"
#include "os/serve.h"

static err_t op_answered(const struct caller *who, bool approved, const uint8_t app[32],
                         const uint8_t digest[32], const uint8_t *text, size_t size)
{
    (void)who, (void)approved, (void)app, (void)digest, (void)text, (void)size;
    return ERR_OK;
}

static err_t op_changed(const struct caller *who, uint32_t what, const uint8_t app[32],
                        const uint8_t digest[32], const uint8_t *text, size_t size)
{
    (void)who, (void)what, (void)app, (void)digest, (void)text, (void)size;
    return ERR_OK;
}

static void on_message(struct message *m)
{
    static const struct journal_ops ops = {.answered = op_answered, .changed = op_changed};
    journal_dispatch(&ops, m);
}

int main(void)
{
    static const struct server server = {.message = on_message};
    serve(start_page()->endpoint, &server);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/serve.h"
#include "vault.h"

static void on_message(struct message *m)
{
    vault_dispatch(&vault_operations, m);
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .deadline = vault_deadline, .tick = vault_tick};
    unlock_begin();
    serve(start_page()->endpoint, &server);
}

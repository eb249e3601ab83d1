// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/serve.h"
#include "reader.h"

static void on_message(struct message *m)
{
    reader_dispatch(&reader_operations, m);
}

int main(void)
{
    static const struct server server = {.message = on_message};
    serve(start_page()->endpoint, &server);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The trusted console: the first serial port. Only the prompt may call it (profiles), so what
// stands there was written by the prompt, and what is typed there goes to the prompt alone.
#include "device/driver.h"
#include "gen/console.h"

static void on_message(struct message *m)
{
    static const struct console_ops ops = {
        .wait = driver_wait, .read = driver_read, .write = driver_write, .discard = driver_discard};
    console_dispatch(&ops, m);
}

int main(void)
{
    driver_serve(on_message, console_wait_reply);
}

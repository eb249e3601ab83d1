// SPDX-License-Identifier: GPL-3.0-or-later
// The companion link: the second serial port. Everything that comes from it is untrusted.
#include "device/driver.h"
#include "gen/link.h"

static void on_message(struct message *m)
{
    static const struct link_ops ops = {
        .wait = driver_wait, .read = driver_read, .write = driver_write, .discard = driver_discard};
    link_dispatch(&ops, m);
}

int main(void)
{
    driver_serve(on_message, link_wait_reply);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/serve.h"
#include "os/panic.h"

_Noreturn void serve(cap_t endpoint, const struct server *server)
{
    struct message m = {.oneway = true}; // nothing to answer yet
    for (;;) {
        err_t err = ipc_reply_recv(endpoint, server->deadline ? server->deadline() : 0, &m);
        if (err == ERR_TIMED_OUT) {
            server->tick();
            continue;
        }
        ASSERT(err == ERR_OK, "the endpoint cannot be received from");
        if (!m.signal)
            server->message(&m);
        else if (server->signal)
            server->signal(m.bits);
    }
}

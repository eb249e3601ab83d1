// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/serve.h"
#include "os/panic.h"
#include "os/syscall.h"

_Noreturn void serve(cap_t endpoint, const struct server *server)
{
    struct message m = {.oneway = true}; // nothing to answer yet
    for (;;) {
        nsec_t deadline = server->deadline ? server->deadline() : 0;
        err_t err = ipc_reply_recv(endpoint, deadline, &m);
        ASSERT(err == ERR_OK || err == ERR_TIMED_OUT, "the endpoint cannot be received from");
        if (err == ERR_OK && m.signal && server->signal)
            server->signal(m.bits);
        else if (err == ERR_OK && !m.signal)
            server->message(&m);
        // A message that waited is taken even after the deadline, so many of them could hold it up.
        if (deadline != 0 && deadline <= sys_now())
            server->tick();
    }
}

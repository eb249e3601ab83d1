// SPDX-License-Identifier: GPL-3.0-or-later
// The other end of what is measured: takes a message, answers with the same words. At first with nothing but the system
// call; after a message with method ECHO_CHANGE through the library that services use.
#include "echo.h"
#include "os/ipc.h"

enum { ECHO_CHANGE = 3 };

static void echo_library(cap_t endpoint)
{
    struct message m = {.oneway = true};
    while (ipc_reply_recv(endpoint, 0, &m) == ERR_OK)
        m.error = ERR_OK;
}

int main(void)
{
    cap_t endpoint = start_page()->endpoint;
    echo_loop(endpoint, ECHO_CHANGE);
    // The message that changes the way is dropped, which the caller learns as PEER_DEAD.
    echo_library(endpoint);
    return 1;
}

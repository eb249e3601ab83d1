// SPDX-License-Identifier: GPL-3.0-or-later
// A server is a struct of functions and one call.
#pragma once
#include "os/ipc.h"

struct server {
    void (*message)(struct message *m); // a call: hand it to the generated dispatcher
    void (*signal)(uint64_t bits);      // the bound signal's bits; null if it is not used
    nsec_t (*deadline)(void);           // when `tick` is due, 0 for never; null if it is not used
    void (*tick)(void);                 // a deadline has passed; there may be nothing to do
};

// Serve `endpoint` for ever.
_Noreturn void serve(cap_t endpoint, const struct server *server);

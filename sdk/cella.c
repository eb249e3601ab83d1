// SPDX-License-Identifier: GPL-3.0-or-later
#include "sdk/cella.h"
#include "os/ipc.h"
#include "os/syscall.h"

const char *cella_argument(void)
{
    return start_page()->argument;
}

void cella_sleep(nsec_t deadline)
{
    uint64_t bits;
    // Nobody raises an app's signal; if somebody did, sleeping would just end early.
    err_t err = sys_wait(start_page()->signal, deadline, &bits);
    (void)err;
}

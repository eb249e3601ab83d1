// SPDX-License-Identifier: GPL-3.0-or-later
// The auditor: has every sealed page of every cell, and the kernel's own code, hashed again,
// without pause, as fast as its budget allows. It sees no page: the kernel hashes, compares, stops
// a cell whose page changed, and tells its supervisor. What this cell adds is the time that is
// spent on it.
#include "auditor.h"
#include "gen/audit.h"
#include "gen/steward.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"

enum { STEP = 16 }; // pages
#define PATIENCE ((nsec_t)1000000)

// Until the supervisor that is to be told of a cell listens again.
static void pause(void)
{
    uint64_t bits;
    err_t err = sys_wait(start_page()->signal, sys_now() + PATIENCE, &bits);
    ASSERT(err == ERR_OK || err == ERR_TIMED_OUT, "no signal to wait with");
}

int main(void)
{
    struct auditor auditor = {.since = sys_now()};
    for (;;) {
        uint64_t passes, position, pages;
        nsec_t period;
        err_t err = audit_step(start_page()->audit, STEP, &passes, &position, &pages);
        ASSERT(err == ERR_OK || err == ERR_BUSY, "no audit: its manifest must say `audit = true`");
        if (err == ERR_BUSY)
            pause();
        else if (auditor_passed(&auditor, passes, sys_now(), &period))
            ASSERT(steward_audited(pages, period) == ERR_OK, "the steward does not listen");
    }
}

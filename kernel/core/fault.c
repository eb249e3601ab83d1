// SPDX-License-Identifier: GPL-3.0-or-later
#include "fault.h"
#include "abi/layout.h"
#include "abi/start.h"
#include "arch.h"
#include "cell.h"
#include "endpoint.h"

WHOLE void fault_raise(struct thread *t, enum fault_cause cause, uint64_t address, uint64_t detail)
{
    struct cap *supervisor = &t->cell->supervisor;
    bool secret = (t->flags & THREAD_SECRET) && cause != FAULT_EXIT;

    t->fault[0] = cause;
    t->fault[1] = t->regs.rip - t->cell->code;
    t->fault[2] = secret ? 0 : address;
    t->fault[3] = secret ? 0 : detail;
    t->return_fully = 1;
    t->message = MESSAGE_FAULT;
    if (supervisor->type == OBJECT_ENDPOINT) {
        endpoint_send(t, supervisor, MESSAGE_FAULT);
        return;
    }
    if (t->priority == STEWARD_PRIORITY)
        arch_halt("the steward stopped", t->fault);
    thread_stop(t);
}

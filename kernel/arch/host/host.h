// SPDX-License-Identifier: GPL-3.0-or-later
// A machine made of nothing, for tests: memory is an arena, time is a variable, ports remember what
// was written.
#pragma once
#include "sched.h"

extern nsec_t host_now;
extern nsec_t host_timer;  // the last deadline that was asked for
extern bool host_preempts; // what arch_preempt answers
extern uint8_t host_ports[0x10000];
extern bool host_masked[16];

// A fresh machine with this many pages of memory, all of it in `root`'s one untyped capability, in
// slot 1 of a cell.
struct cell *host_boot(uint64_t pages);
void host_shutdown(void);

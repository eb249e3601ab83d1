// SPDX-License-Identifier: GPL-3.0-or-later
// Faults are messages to the cell's supervisor: cause, code offset, address, detail. Register
// values are never among them; for a thread marked secret neither address nor detail are.
#pragma once
#include "thread.h"

// The current thread cannot go on. It waits for its supervisor; without one it stops, and with it,
// if it belongs to the first cell, the machine.
void fault_raise(struct thread *t, enum fault_cause cause, uint64_t address, uint64_t detail);

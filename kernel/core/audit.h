// SPDX-License-Identifier: GPL-3.0-or-later
// The audit: sealed pages are hashed again and again, all cells' and the kernel's own code, by
// whoever calls audit.step.
//
//     kernel's code -> cells with a code root, from the youngest on -> (a pass is complete) -> ...
//
// A cell whose page changed is stopped for good: no thread of it runs again, and none can be
// started. Its supervisor is told by the thread that called audit.step, which waits for the answer.
// The kernel's own code is no longer to be trusted when it changed: the machine halts.
//
// I33  The cells with a code root are in the list, and the audit's place is in one of them or in
// the
//     kernel's image.
// I34  A cell that was tampered with has no thread that is not stopped, or the audit is at stopping
//     them.
#pragma once
#include "hash.h"
#include "thread.h"

// What a capability to the audit names: there is one, and it lies nowhere.
#define AUDIT_OBJECT (1ull << 63)

// At boot: the kernel's `text` pages of code and, behind them, of constants, `pages` together; and
// their leaves, as the signed bundle has them.
void audit_begin(const void *image, uint32_t text, uint32_t pages, const void *leaves);

// A cell has a code root from now on; it ends.
void audit_enter(struct cell *cell);
APART void audit_leave(struct cell *cell);

// abi/audit.idl: step. What is left of it is kept in the thread's first word. ERR_RESTART: somebody
// more urgent is waiting. BUSY: a supervisor is to be told of a cell and is not waiting. `*accused`
// is a cell whose supervisor is to be told now.
MUST_USE APART err_t audit_step(struct thread *t, struct cell **accused);
// Tell its supervisor: the thread waits for the answer.
APART void audit_accuse(struct thread *t, struct cell *accused);

// Passes completed; pages of this pass so far; pages of the last one.
void audit_result(uint64_t out[3]);

// SPDX-License-Identifier: GPL-3.0-or-later
// Denials: who asked for what its capability does not allow. A ring of bounded size, in which one
// cell has few places, so that it cannot keep the others' out; what finds no place is counted.
// Nothing is done unless a system call fails.
#pragma once
#include "thread.h"

// The system call of this thread is answered with `error`; its registers are still those of the
// call. Errors other than DENIED and EXPIRED are no denials.
APART void denial_note(const struct thread *t, err_t error);

// abi/audit.idl: take_denial. NOT_FOUND: there is none.
MUST_USE APART err_t denial_take(uint64_t out[MESSAGE_WORDS]);

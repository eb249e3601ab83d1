// SPDX-License-Identifier: GPL-3.0-or-later
// The system call, in five beats: decode, check parameters, look up capabilities, `// commit`, act.
#pragma once
#include "thread.h"

// The current thread executed `syscall`. Afterwards `sched_pick` says who runs.
void syscall_enter(struct thread *t);

// A method of a kernel object (abi/<object>.idl). `self` was looked up; words are in the thread's
// registers.
void object_call(struct thread *t, struct cap *self, uint64_t method);

// The operation was interrupted: the thread executes its `syscall` instruction once more.
void syscall_restart(struct thread *t);

// SPDX-License-Identifier: GPL-3.0-or-later
// Random states of a kernel in which one thread is about to make a system call that the fast path
// may take: most of them are what it takes, in the others one or two things are otherwise. A state
// is made by system calls, so that the kernel can be in it, and is a function of its seed alone.
#pragma once
#include "host.h"

enum { STATE_THREADS = 10 };
// A call, a call with a lease, an answer, an answer that returns a lease, nothing.
enum state_kind { STATE_CALL, STATE_LEND, STATE_ANSWER, STATE_RETURN, STATE_NULL, STATE_KINDS };

// Before the first state, after the last.
void state_open(void);
void state_close(void);

// Make the state of this seed: the caller runs, and host_registers are what it has at its system
// call.
enum state_kind state_make(uint64_t seed);
struct thread *state_caller(void);
struct thread *state_thread(uint32_t i);

// All that the kernel can change: objects, this CPU's structure, the machine. A copy is STATE
// bytes.
uint64_t state_bytes(void);
void state_save(uint8_t *copy);
void state_restore(const uint8_t *copy);

// What stands at this byte of a copy, for people: an object's name, and the offset in it.
const char *state_place(uint64_t at, uint64_t *offset);

// Nothing else has changed since state_open: memory outside of what a copy holds.
bool state_is_confined(void);

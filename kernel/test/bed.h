// SPDX-License-Identifier: GPL-3.0-or-later
// A test bed: cells and threads on the host machine, and system calls as a thread would make them.
#pragma once
#include "abi/layout.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"
#include "gen/budget_methods.h"
#include "gen/cell_methods.h"
#include "gen/frame_methods.h"
#include "gen/interrupt_methods.h"
#include "gen/port_methods.h"
#include "gen/thread_methods.h"
#include "gen/untyped_methods.h"
#include "host.h"
#include "signal.h"
#include "syscall.h"
#include "tests/unit.h"
#include "untyped.h"

enum { ROOT_UNTYPED = 1, ROOT_CELL = 2, ROOT_PORTS = 3, ROOT_IRQ = 4, BED_WINDOW_PAGES = 16 };
#define BED_HEAP 0x0000000010000000u

struct bed_args {
    uint64_t w[MESSAGE_WORDS];
};

static inline cap_t handle_of(uint32_t slot)
{
    return (cap_t)1 << 32 | slot;
}

enum { BED_SYSCALL_LENGTH = 2 };

// Did the last call stop in the middle, to be executed again?
static inline bool bed_restarts(struct thread *t, uint64_t rip)
{
    return t->regs.rip == rip - BED_SYSCALL_LENGTH;
}

static inline void bed_make_current(struct thread *t)
{
    struct cpu *cpu = this_cpu();

    if (cpu->current != t) {
        if (cpu->current && cpu->current->state == THREAD_READY) {
            struct thread *old = cpu->current;
            cpu->current = 0;
            sched_ready(old);
        }
        sched_unready(t);
        cpu->current = t;
    }
    cpu->top = t->cell->top;
}

// Make `t` the running thread and let it execute the system call that its registers say, again and
// again if it asks for that and nobody interrupts; returns its rax.
static inline uint64_t bed_enter(struct thread *t)
{
    bed_make_current(t);
    host_preempted = false;
    for (uint64_t rip = t->regs.rip;; t->regs.rip = rip) {
        syscall_enter(t);
        if (!bed_restarts(t, rip) || host_preempts || host_preempted || t->state != THREAD_READY)
            break;
    }
    return t->regs.rax;
}

static inline uint64_t bed_syscall(struct thread *t, uint64_t word, cap_t to, struct bed_args a)
{
    t->regs.rax = word;
    t->regs.rdi = to;
    for (int i = 0; i < MESSAGE_WORDS; i++)
        t->regs.w[i] = a.w[i];
    return bed_enter(t);
}

// Let a thread go on whose system call the kernel rewound, at most one step while somebody
// interrupts. The instruction is two bytes long and, in these tests, at a multiple of four.
static inline void bed_run(struct thread *t)
{
    while (t->state == THREAD_READY && t->regs.rip & BED_SYSCALL_LENGTH) {
        bed_make_current(t);
        t->regs.rip += BED_SYSCALL_LENGTH;
        syscall_enter(t);
        if (host_preempts)
            break;
    }
}

static inline uint64_t bed_object(struct thread *t, cap_t to, uint64_t method, struct bed_args a)
{
    return bed_syscall(t, method, to, a);
}

#define ARGS(...) ((struct bed_args){{__VA_ARGS__}})

// The first thread, in the root cell, which has priority 200.
static inline struct thread *bed_first(struct cell *root)
{
    struct cap *untyped = &root->slots[ROOT_UNTYPED];
    struct thread *t;
    uint64_t body = 0;

    CHECK_EQ(untyped_carve(untyped, PAGE_SIZE, PAGE_SIZE, true, &body), ERR_OK);
    t = (struct thread *)body;
    thread_init(t);
    frame_use_set(t, 1, FRAME_THREAD);
    cap_make(untyped, &root->slots[5], OBJECT_THREAD, (uint64_t)t, 0, RIGHT_ALL);
    thread_link(t, root);
    t->priority = 200;
    sched_ready(t);
    return t;
}

// A cell with a heap of `pages` pages at BED_HEAP and one started thread with a window. The slots
// of the root cell that it uses are `slot` (cell), slot+1 (thread), slot+2 (heap frames).
static inline struct thread *bed_cell(struct thread *root, uint32_t slot, uint64_t pages,
                                      uint64_t priority)
{
    cap_t untyped = handle_of(ROOT_UNTYPED);
    cap_t cell, thread, heap;

    CHECK_EQ(bed_object(root, untyped, UNTYPED_METHOD_RETYPE_CELL, ARGS(slot, 64, 16)), ERR_OK);
    cell = root->regs.w[0];
    CHECK_EQ(bed_object(root, untyped, UNTYPED_METHOD_RETYPE_THREAD, ARGS(slot + 1)), ERR_OK);
    thread = root->regs.w[0];
    CHECK_EQ(bed_object(root, untyped, UNTYPED_METHOD_RETYPE_FRAME, ARGS(slot + 2, pages)), ERR_OK);
    heap = root->regs.w[0];
    CHECK_EQ(bed_object(root, cell, CELL_METHOD_RESERVE, ARGS(BED_HEAP, pages)), ERR_OK);
    CHECK_EQ(bed_object(root, cell, CELL_METHOD_RESERVE, ARGS(CELL_WINDOW_BASE, BED_WINDOW_PAGES)),
             ERR_OK);
    CHECK_EQ(
        bed_object(root, heap, FRAME_METHOD_MAP, ARGS(cell, BED_HEAP, ACCESS_READ | ACCESS_WRITE)),
        ERR_OK);
    CHECK_EQ(bed_object(root, thread, THREAD_METHOD_START,
                        ARGS(cell, CELL_CODE_BASE, HOST_STACK_TOP, 0, priority, 0)),
             ERR_OK);
    CHECK_EQ(
        bed_object(root, thread, THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE, BED_WINDOW_PAGES)),
        ERR_OK);
    return (struct thread *)cell_find(root->cell, thread)->object;
}

// Give the cell in root slot `cell_slot` a capability to the root's `source`, in its slot `slot`.
static inline cap_t bed_grant(struct thread *root, uint32_t cell_slot, cap_t source, uint32_t slot,
                              uint64_t rights, uint64_t methods, uint64_t identity)
{
    CHECK_EQ(bed_object(root, handle_of(cell_slot), CELL_METHOD_DERIVE,
                        ARGS(source, slot, rights, methods, 0, identity)),
             ERR_OK);
    return root->regs.w[0];
}

static inline uint64_t call_word(enum sys_op op, uint64_t method, enum sys_lease lease)
{
    return (uint64_t)op << CALL_OP_SHIFT | method | (uint64_t)lease << CALL_LEASE_SHIFT;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "host.h"
#include "arch.h"
#include "audit.h"
#include "cell.h"
#include "frame.h"
#include "interrupt.h"
#include "machine.inc"
#include "untyped.h"
#include <stdio.h>
#include <stdlib.h>

nsec_t host_now = 1;
nsec_t host_timer;
bool host_preempts;
uint32_t host_preempt_in;
bool host_preempted;
uint8_t host_ports[0x10000];
bool host_masked[16];

struct cpu host_cpu;
struct host_machine host_machine;
struct host_registers host_registers;
void (*host_idle)(void);
void (*host_dies)(void);
static uint8_t *arena;
static uint8_t stack[1 << 18] __attribute__((aligned(16))); // for the C that fast.S calls

_Static_assert(offsetof(struct host_machine, fpu) == HOST_FPU, "machine.inc");
_Static_assert(offsetof(struct host_machine, fs_base) == HOST_FS_BASE, "machine.inc");
_Static_assert(offsetof(struct host_machine, fs) == HOST_FS, "machine.inc");
_Static_assert(offsetof(struct host_machine, gs_base) == HOST_GS_BASE, "machine.inc");
_Static_assert(offsetof(struct host_machine, selectors) == HOST_SELECTORS, "machine.inc");
_Static_assert(offsetof(struct host_machine, top) == HOST_TOP, "machine.inc");
_Static_assert(offsetof(struct host_machine, flushes) == HOST_FLUSHES, "machine.inc");

struct cpu *this_cpu(void)
{
    return &host_cpu;
}

struct cell *host_boot(uint64_t pages)
{
    return host_boot_sized(pages, 4096, 64);
}

struct cell *host_boot_sized(uint64_t pages, uint32_t slots, uint32_t tables)
{
    uint64_t own = cell_size(slots, tables);
    struct cell *cell;

    arena = aligned_alloc(PAGE_SIZE, pages << PAGE_SHIFT);
    if (!arena)
        abort();
    memset(arena, 0, own + 2 * PAGE_SIZE);
    memset(arena + own + 2 * PAGE_SIZE, 0xa5, (pages << PAGE_SHIFT) - own - 2 * PAGE_SIZE);
    physmap = (uintptr_t)arena;
    physmap_pages = pages;
    frame_table = calloc(pages, sizeof(struct frame));
    memset(&host_cpu, 0, sizeof(host_cpu));
    memset(&host_machine, 0, sizeof(host_machine));
    sched_init(&host_cpu);
    audit_begin(0, 0, 0, 0);
    host_cpu.stack = (uint64_t)(stack + sizeof(stack));
    host_now = 1;
    host_preempts = host_preempted = false;
    host_preempt_in = 0;
    cap_root = (struct cap *)(arena + 64);
    interrupts = (struct interrupt *)(arena + 256);
    for (uint32_t i = 0; i < 4; i++)
        interrupts[i] = (struct interrupt){.object.type = OBJECT_INTERRUPT, .line = i};
    cell = (struct cell *)(arena + PAGE_SIZE);
    cell_init(cell, slots, tables);
    cap_make(cap_root, &cell->slots[2], OBJECT_CELL, (uint64_t)cell, 0, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[3], OBJECT_PORT, 0, 0x10000, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[4], OBJECT_INTERRUPT, (uint64_t)&interrupts[1], 0, RIGHT_ALL);
    untyped_make(cap_root, &cell->slots[1], (uint64_t)(arena + own + 2 * PAGE_SIZE),
                 pages - 2 - (own >> PAGE_SHIFT), RIGHT_ALL);
    return cell;
}

void host_shutdown(void)
{
    free(arena);
    free(frame_table);
}

static _Noreturn void die(void)
{
    if (host_dies)
        host_dies();
    abort();
}

_Noreturn void panic(const char *file, int line, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, why);
    die();
}

_Noreturn void arch_halt(const char *why, const uint64_t *words)
{
    (void)words;
    fprintf(stderr, "halt: %s\n", why);
    die();
}

nsec_t clock_now(void)
{
    return host_now;
}

nsec_t clock_ns(uint64_t ticks)
{
    return ticks;
}

uint64_t clock_ticks(void)
{
    return host_now;
}

void arch_timer_set(nsec_t deadline)
{
    host_timer = deadline;
}

bool arch_preempt(void)
{
    if (host_preempt_in && --host_preempt_in == 0)
        return host_preempted = true;
    return host_preempts;
}

void arch_idle(void)
{
    if (!host_idle)
        die();
    host_idle();
}

void arch_space_init(void *top)
{
    (void)top;
}

void arch_space_end(paddr_t top)
{
    if (host_machine.top == top)
        host_machine.top = host_cpu.top = 0;
}

void arch_space_load(paddr_t top)
{
    host_machine.top = top;
    host_machine.flushes++;
}

void arch_fpu_init(void *area)
{
    (void)area;
}

// As machine.c of x86_64 does it: never lazy, and nobody's base or selector stays.
void arch_load(struct cpu *c, struct thread *t)
{
    struct thread *from = c->loaded;

    if (from) {
        from->regs.fs_base = host_machine.fs_base;
        if (from->flags & THREAD_FPU)
            memcpy(from->fpu, host_machine.fpu, sizeof(from->fpu));
    }
    host_machine.selectors = host_machine.fs = host_machine.gs_base = 0;
    host_machine.fs_base = t->regs.fs_base;
    if (t->flags & THREAD_FPU)
        memcpy(host_machine.fpu, t->fpu, sizeof(t->fpu));
    else
        memset(host_machine.fpu, 0, sizeof(host_machine.fpu));
    c->loaded = t;
}

void arch_fpu_forget(struct thread *t)
{
    if (host_cpu.loaded == t)
        host_cpu.loaded = 0;
}

void arch_interrupt_mask(uint32_t line, bool masked)
{
    host_masked[line] = masked;
}

uint32_t arch_port_read(uint16_t port, uint32_t width)
{
    (void)width;
    return host_ports[port];
}

void arch_port_write(uint16_t port, uint32_t width, uint32_t value)
{
    (void)width;
    host_ports[port] = (uint8_t)value;
}

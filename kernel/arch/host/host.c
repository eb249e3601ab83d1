// SPDX-License-Identifier: GPL-3.0-or-later
#include "host.h"
#include "arch.h"
#include "cell.h"
#include "frame.h"
#include "interrupt.h"
#include "untyped.h"
#include <stdio.h>
#include <stdlib.h>

nsec_t host_now = 1;
nsec_t host_timer;
bool host_preempts;
uint8_t host_ports[0x10000];
bool host_masked[16];

static struct cpu cpu;
static uint8_t *arena;
static paddr_t loaded_top;

struct cpu *this_cpu(void)
{
    return &cpu;
}

enum { HOST_SLOTS = 4096, HOST_TABLES = 64 };

struct cell *host_boot(uint64_t pages)
{
    uint64_t own = cell_size(HOST_SLOTS, HOST_TABLES);
    struct cell *cell;

    arena = aligned_alloc(PAGE_SIZE, pages << PAGE_SHIFT);
    if (!arena)
        abort();
    memset(arena, 0, own + 2 * PAGE_SIZE);
    memset(arena + own + 2 * PAGE_SIZE, 0xa5, (pages << PAGE_SHIFT) - own - 2 * PAGE_SIZE);
    physmap = (uintptr_t)arena;
    physmap_pages = pages;
    frame_table = calloc(pages, sizeof(struct frame));
    memset(&cpu, 0, sizeof(cpu));
    sched_init(&cpu);
    host_now = 1;
    host_preempts = false;
    cap_root = (struct cap *)(arena + 64);
    interrupts = (struct interrupt *)(arena + 256);
    for (uint32_t i = 0; i < 4; i++)
        interrupts[i] = (struct interrupt){.object.type = OBJECT_INTERRUPT, .line = i};
    cell = (struct cell *)(arena + PAGE_SIZE);
    cell_init(cell, HOST_SLOTS, HOST_TABLES);
    cap_make(cap_root, &cell->slots[2], OBJECT_CELL, (uint64_t)cell, 0, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[3], OBJECT_PORT, 0, 0x10000, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[4], OBJECT_INTERRUPT, (uint64_t)&interrupts[1], 0, RIGHT_ALL);
    untyped_make(cap_root, &cell->slots[1], arena + own + 2 * PAGE_SIZE,
                 pages - 2 - (own >> PAGE_SHIFT), RIGHT_ALL);
    return cell;
}

void host_shutdown(void)
{
    free(arena);
    free(frame_table);
}

_Noreturn void panic(const char *file, int line, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, why);
    abort();
}

_Noreturn void arch_halt(const char *why, const uint64_t *words)
{
    (void)words;
    fprintf(stderr, "halt: %s\n", why);
    abort();
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
    return host_preempts;
}

void arch_idle(void)
{
    abort();
}

void arch_space_init(void *top)
{
    (void)top;
}

void arch_space_end(paddr_t top)
{
    if (loaded_top == top)
        loaded_top = cpu.top = 0;
}

void arch_space_load(paddr_t top)
{
    loaded_top = cpu.top = top;
}

void arch_fpu_init(void *area)
{
    (void)area;
}

void arch_load(struct cpu *c, struct thread *t)
{
    c->loaded = t;
}

void arch_fpu_forget(struct thread *t)
{
    if (cpu.loaded == t)
        cpu.loaded = 0;
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

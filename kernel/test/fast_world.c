// SPDX-License-Identifier: GPL-3.0-or-later
#include "fast_world.h"
#include <stdlib.h>

struct world world;
static const char *const role_names[STATE_THREADS] = {
    "caller", "peer", "second", "third", "other", "later", "ready1", "ready2", "ready3", "parked"};
static uint8_t *base, *all; // the world's copy, the whole memory's
static uint64_t rng;

// What a copy holds, piece by piece.
static struct extent {
    const char *name;
    void *at;
    uint64_t bytes;
} extents[EXTENTS];
static uint32_t extent_count;
static uint64_t extent_bytes;

// SplitMix64 (Steele, Lea, Flood 2014).
uint64_t roll64(void)
{
    uint64_t z = rng += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint32_t roll(uint32_t n)
{
    return (uint32_t)((roll64() >> 32) * n >> 32);
}

bool one_in(uint32_t n)
{
    return roll(n) == 0;
}

void world_seed(uint64_t seed)
{
    rng = seed;
}

static void watch(const char *name, void *at, uint64_t bytes)
{
    extents[extent_count++] = (struct extent){name, at, bytes};
    extent_bytes += bytes;
}

static void *object_in(uint32_t slot)
{
    return (void *)world.cells[0]->slots[slot].object;
}

static void retype(struct thread *first, uint64_t method, uint64_t slot, uint64_t a, uint64_t b)
{
    CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), method, ARGS(slot, a, b)), ERR_OK);
}

static void give(struct thread *first, uint32_t to, uint32_t from, uint32_t slot)
{
    cap_t cell = to == 0 ? handle_of(ROOT_CELL) : handle_of(SLOT_ROOT + to);

    CHECK_EQ(bed_object(first, cell, CELL_METHOD_DERIVE,
                        ARGS(handle_of(from), slot, RIGHT_ALL, ~0ull, 0, 0)),
             ERR_OK);
}

static void open_cell(struct thread *first, uint32_t i)
{
    cap_t self = i == 0 ? handle_of(ROOT_CELL) : handle_of(SLOT_ROOT + i);
    uint32_t heap = SLOT_ROOT + 3 + i;

    if (i)
        retype(first, UNTYPED_METHOD_RETYPE_CELL, SLOT_ROOT + i, SLOTS, TABLES);
    world.cells[i] = i ? object_in(SLOT_ROOT + i) : world.cells[0];
    retype(first, UNTYPED_METHOD_RETYPE_FRAME, heap, HEAP, 0);
    CHECK_EQ(bed_object(first, self, CELL_METHOD_RESERVE, ARGS(BED_HEAP, HEAP)), ERR_OK);
    CHECK_EQ(bed_object(first, self, CELL_METHOD_RESERVE,
                        ARGS(CELL_WINDOW_BASE, WINDOW * STATE_THREADS)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(heap), FRAME_METHOD_MAP,
                        ARGS(self, BED_HEAP, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    retype(first, UNTYPED_METHOD_RETYPE_FRAME, SLOT_INBOX + i, INBOX, 0);
    CHECK_EQ(bed_object(first, self, CELL_METHOD_RESERVE, ARGS(CELL_LEASE_BASE, INBOX)), ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(SLOT_INBOX + i), FRAME_METHOD_MAP,
                        ARGS(self, CELL_LEASE_BASE, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    watch("inbox entries", space_entry(world.cells[i], CELL_LEASE_BASE), INBOX * sizeof(pte_t));
    watch("cell", world.cells[i], sizeof(struct cell));
    watch("slots", world.cells[i]->slots, SLOTS * sizeof(struct cap));
    watch("heap entries", space_entry(world.cells[i], BED_HEAP), HEAP * sizeof(pte_t));
    watch("window entries", space_entry(world.cells[i], CELL_WINDOW_BASE),
          WINDOW * STATE_THREADS * sizeof(pte_t));
}

static void open_thread(struct thread *first, uint32_t i)
{
    uint32_t slot = SLOT_ROOT + 10 + i, of = i % CELLS;
    cap_t cell = of ? handle_of(SLOT_ROOT + of) : CAP_SELF;

    retype(first, UNTYPED_METHOD_RETYPE_THREAD, slot, 0, 0);
    world.threads[i] = object_in(slot);
    CHECK_EQ(bed_object(first, handle_of(slot), THREAD_METHOD_START,
                        ARGS(cell, CELL_CODE_BASE, HOST_STACK_TOP, 0, 1, 0)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(slot), THREAD_METHOD_WINDOW,
                        ARGS(CELL_WINDOW_BASE + i * WINDOW * PAGE_SIZE, WINDOW)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(slot), THREAD_METHOD_INBOX, ARGS(CELL_LEASE_BASE, INBOX)),
             ERR_OK);
    watch("thread", world.threads[i], sizeof(struct thread));
}

// A floating point area as this CPU would save it, with random registers.
static void open_fpu(struct thread *t)
{
    enum { REGISTERS = 32, VECTORS = 160, END = 416, EACH = 16, NUMBER = 10 };

    // Safety: the area is 512 bytes on a 64-byte boundary.
    __asm__ volatile("fninit\n\tfxsave64 (%0)" : : "r"(t->fpu) : "memory");
    for (uint32_t i = REGISTERS; i < END; i++)
        t->fpu[i] = (uint8_t)(i < VECTORS && i % EACH >= NUMBER ? 0 : roll64());
}

// Nobody can run: one of those who are parked.
static void wake_one(void)
{
    signal_raise(object_in(SLOT_ROOT + 8), 1);
}

void state_open(void)
{
    struct thread *first;
    uint32_t i;

    rng = 1;
    world.cells[0] = host_boot_sized(PAGES, SLOTS, TABLES);
    first = bed_first(world.cells[0]);
    host_idle = wake_one;
    watch("first", first, sizeof(struct thread));
    watch("cpu", &host_cpu, sizeof(host_cpu));
    watch("machine", &host_machine, sizeof(host_machine));
    watch("roots", cap_root, PAGE_SIZE / 2);
    watch("frame table", frame_table, PAGES * sizeof(struct frame));
    for (i = 0; i < CELLS; i++)
        open_cell(first, i);
    for (i = 0; i < STATE_THREADS; i++)
        open_thread(first, i);
    for (i = 0; i < 2; i++)
        retype(first, UNTYPED_METHOD_RETYPE_ENDPOINT, SLOT_ROOT + 6 + i, 0, 0);
    for (i = 0; i < 2; i++)
        retype(first, UNTYPED_METHOD_RETYPE_SIGNAL, SLOT_ROOT + 8 + i, 0, 0);
    for (i = 0; i < BUDGETS; i++) {
        retype(first, UNTYPED_METHOD_RETYPE_BUDGET, SLOT_BUDGET + i, 0, 0);
        world.budgets[i] = object_in(SLOT_BUDGET + i);
        CHECK_EQ(
            bed_object(first, handle_of(SLOT_BUDGET + i), BUDGET_METHOD_SET, ARGS(AMOUNT, PERIOD)),
            ERR_OK);
    }
    world.bound = object_in(SLOT_ROOT + 9);
    watch("objects", (void *)((uintptr_t)object_in(SLOT_ROOT + 6) & ~(uintptr_t)(PAGE_SIZE - 1)),
          PAGE_SIZE / 4);
    for (i = 0; i < CELLS; i++) {
        give(first, i, SLOT_ROOT + 6, SLOT_SERVE);
        give(first, i, SLOT_ROOT + 7, SLOT_OTHER);
        give(first, i, SLOT_ROOT + 8, SLOT_SIGNAL);
        give(first, i, SLOT_ROOT + 9, SLOT_BOUND);
        give(first, i, SLOT_ROOT + 3 + i, SLOT_FRAME);
        give(first, i, SLOT_ROOT + 1, SLOT_CELL);
        give(first, i, SLOT_ROOT + 10, SLOT_THREAD);
    }
    // Faults go to the endpoint as well, but for those of the root's cell, which stop their
    // threads.
    for (i = 1; i < CELLS; i++)
        CHECK_EQ(bed_object(first, handle_of(SLOT_ROOT + i), CELL_METHOD_SUPERVISE,
                            ARGS(handle_of(SLOT_ROOT + 6))),
                 ERR_OK);
    for (i = 0; i < STATE_THREADS; i++)
        open_fpu(world.threads[i]);
    retype(first, UNTYPED_METHOD_RETYPE_SIGNAL, SLOT_LAST, 0, 0);
    bed_syscall(first, call_word(SYS_WAIT, 0, LEASE_NONE), handle_of(SLOT_LAST), ARGS(0));
    for (i = 0; i < STATE_THREADS; i++)
        sched_unready(world.threads[i]);
    host_cpu.current = host_cpu.loaded = 0;
    if (unit_failures) // this file's own: main does not see them
        abort();
    base = malloc(extent_bytes);
    all = malloc(PAGES << PAGE_SHIFT);
    if (!base || !all)
        abort();
    state_save(base);
    memcpy(all, (void *)physmap, PAGES << PAGE_SHIFT);
}

void state_close(void)
{
    free(base);
    free(all);
    host_shutdown();
}

uint64_t state_bytes(void)
{
    return extent_bytes;
}

void state_save(uint8_t *copy)
{
    for (const struct extent *x = extents; x < extents + extent_count; copy += x++->bytes)
        memcpy(copy, x->at, x->bytes);
}

void state_restore(const uint8_t *copy)
{
    for (const struct extent *x = extents; x < extents + extent_count; copy += x++->bytes)
        memcpy(x->at, copy, x->bytes);
}

const char *state_place(uint64_t at, uint64_t *offset)
{
    const struct extent *x = extents;

    while (at >= x->bytes)
        at -= x++->bytes;
    *offset = at;
    for (uint32_t i = 0; i < STATE_THREADS; i++)
        if (x->at == world.role[i])
            return role_names[i];
    return x->name;
}

bool state_is_confined(void)
{
    state_restore(base);
    return memcmp(all, (void *)physmap, PAGES << PAGE_SHIFT) == 0;
}

void world_restore(void)
{
    state_restore(base);
}

struct thread *state_caller(void)
{
    return world.role[CALLER];
}

struct thread *state_thread(uint32_t i)
{
    return world.threads[i];
}

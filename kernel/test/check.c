// SPDX-License-Identifier: GPL-3.0-or-later
// Threads and what they are in: I8 to I10, I14, I18; and what the other files have in common.
#include "check.h"
#include "../core/budget.h"
#include "../core/cell.h"
#include "../core/endpoint.h"
#include "../core/frame.h"
#include "../core/signal.h"
#include "check_parts.h"
#include <stdlib.h>

enum { UNIT_SHIFT = 6, CHAIN_MAX = 16 };

const char *parts_broken;
static uint32_t *owners, *refs; // one for each 64 bytes
static uint8_t *marks;          // enum found, one for each page
static uint8_t *visited;        // one for each 64 bytes
static uint64_t units;

static uint64_t unit_of(uint64_t address)
{
    return (address - physmap) >> UNIT_SHIFT;
}

bool parts_in_memory(uint64_t address)
{
    return address >= physmap && unit_of(address) < units;
}

uint32_t *parts_owner(uint64_t address)
{
    return &owners[unit_of(address)];
}

uint32_t parts_name(uint64_t object)
{
    return (uint32_t)unit_of(object) + 1;
}

uint32_t *parts_refs(uint64_t object)
{
    return &refs[unit_of(object)];
}

bool parts_found(const struct thread *t, enum found where)
{
    uint8_t *mark = &marks[kernel_to_phys(t) >> PAGE_SHIFT];

    REQUIRE("I9", t->object.type == OBJECT_THREAD && !(*mark & where));
    *mark |= (uint8_t)where;
    return true;
}

// Nodes lie `offset` bytes into a thread; the smallest key is on top, the left side has the longer
// spine.
static bool check_heap(const struct heap_node *n, const struct heap_node *parent, size_t offset,
                       enum found where)
{
    uint32_t left, right;

    if (!n)
        return true;
    left = n->left ? n->left->rank : 0;
    right = n->right ? n->right->rank : 0;
    REQUIRE("I8", n->parent == parent && n->rank == right + 1 && left >= right);
    REQUIRE("I8", !parent || parent->key <= n->key);
    return parts_found((const struct thread *)((const uint8_t *)n - offset), where) &&
           check_heap(n->left, n, offset, where) && check_heap(n->right, n, offset, where);
}

static bool check_list(const struct thread *first, const struct thread *last, enum found where)
{
    const struct thread *before = 0;

    for (const struct thread *t = first; t; before = t, t = t->next) {
        REQUIRE("I9", t->prev == before);
        if (!parts_found(t, where))
            return false;
    }
    REQUIRE("I9", last == before);
    return true;
}

bool parts_small(void *body, uint32_t type)
{
    const struct endpoint *e = body;
    const struct signal *s = body;
    const struct budget *b = body;

    if (type != OBJECT_ENDPOINT && type != OBJECT_SIGNAL && type != OBJECT_BUDGET)
        return true;
    if (visited[unit_of((uint64_t)body)])
        return true;
    visited[unit_of((uint64_t)body)] = 1;
    REQUIRE("I5", frame_of_kernel(body)->use == FRAME_SMALL);
    if (type == OBJECT_BUDGET) {
        REQUIRE("I8", heap_holds(&b->refill) == (b->first != 0));
        return check_list(b->first, b->last, FOUND_SPENT);
    }
    if (type == OBJECT_SIGNAL) {
        REQUIRE("I9", !s->bound || s->bound->bound == s);
        REQUIRE("I9", !s->bits || !s->waiters.top);
        REQUIRE("I9", !s->bits || !s->bound || s->bound->state != THREAD_RECEIVING);
        return check_heap(s->waiters.top, 0, offsetof(struct thread, queue), FOUND_WAITING);
    }
    REQUIRE("I9", !e->senders.top || !e->receiver_first);
    return check_heap(e->senders.top, 0, offsetof(struct thread, queue), FOUND_SENDING) &&
           check_list(e->receiver_first, e->receiver_last, FOUND_RECEIVING);
}

static bool check_ready(const struct cpu *cpu)
{
    int32_t top = -1;

    for (int32_t p = 0; p < PRIORITIES; p++) {
        bool bit = cpu->ready_bits[p >> 6] >> (p & 63) & 1;

        REQUIRE("I9", bit == (cpu->ready[p].first != 0));
        REQUIRE("I9", (cpu->ready_words >> (p >> 6) & 1) == (cpu->ready_bits[p >> 6] != 0));
        for (const struct thread *t = cpu->ready[p].first; t; t = t->next)
            REQUIRE("I9", t->priority == p);
        if (!check_list(cpu->ready[p].first, cpu->ready[p].last, FOUND_READY))
            return false;
        top = bit ? p : top;
    }
    REQUIRE("I9", top == cpu->ready_top);
    return !cpu->handoff || parts_found(cpu->handoff, FOUND_READY);
}

// What a thread must have been found in; its timer may or may not run while it waits.
static bool check_queue(const struct thread *t, uint8_t mark)
{
    static const uint8_t queues[] = {
        [THREAD_READY] = FOUND_READY,         [THREAD_SENDING] = FOUND_SENDING,
        [THREAD_RECEIVING] = FOUND_RECEIVING, [THREAD_WAITING] = FOUND_WAITING,
        [THREAD_SPENT] = FOUND_SPENT,         [THREAD_STOPPED] = 0,
    };
    uint8_t queue = t->state < sizeof(queues) ? queues[t->state] : 0;

    if (t == this_cpu()->current && t->state == THREAD_READY)
        queue = 0;
    REQUIRE("I9", (mark & ~(FOUND_TIMER | FOUND_KEPT)) == queue);
    REQUIRE("I8", heap_holds(&t->timer) == ((mark & FOUND_TIMER) != 0));
    REQUIRE("I9",
            !(mark & FOUND_TIMER) || t->state == THREAD_RECEIVING || t->state == THREAD_WAITING);
    REQUIRE("I8",
            heap_holds(&t->queue) == (t->state == THREAD_SENDING || t->state == THREAD_WAITING));
    return true;
}

static bool check_server(const struct thread *t, uint8_t mark)
{
    if (t->state == THREAD_CALLING)
        REQUIRE("I10", t->server);
    if (t->server) {
        REQUIRE("I10", t->state == THREAD_CALLING || t->state == THREAD_STOPPED);
        REQUIRE("I10", t->kept || t->server->client == t);
        REQUIRE("I10", t->state == THREAD_CALLING || t->server->lease.lender == t);
    }
    REQUIRE("I10", !t->client || (t->client->server == t && !t->client->kept));
    REQUIRE("I10", !(mark & FOUND_KEPT) || t->kept);
    REQUIRE("I10", !t->kept || mark & FOUND_KEPT);
    return true;
}

static bool check_kept(const struct thread *t)
{
    const struct thread *before = 0;

    for (const struct thread *k = t->kept_first; k; before = k, k = k->kept_next) {
        REQUIRE("I10", k->server == t && k->kept_prev == before);
        if (!parts_found(k, FOUND_KEPT))
            return false;
    }
    return true;
}

static bool check_cell_threads(const struct cell *cell)
{
    const struct thread *before = 0;

    for (const struct thread *t = cell->threads; t; before = t, t = t->cell_next)
        REQUIRE("I9", t->cell == cell && t->linked && t->cell_prev == before);
    return true;
}

// Who pays: the far end of the chain of calls, and for a debt the thread itself as well.
static bool check_payer(const struct cpu *cpu)
{
    const struct thread *t = cpu->current;

    for (int i = 0; t->client && i < CHAIN_MAX; i++)
        t = t->client;
    if (cpu->debtor) {
        REQUIRE("I18", cpu->debtor == t->budget && cpu->budget == cpu->current->budget);
        REQUIRE("I18", cpu->bar == PRIORITIES);
    } else {
        REQUIRE("I18", cpu->budget == t->budget);
    }
    return true;
}

static bool check_each(bool (*look)(const struct thread *t))
{
    for (uint64_t p = 0; p < physmap_pages; p++)
        if (frame_table[p].use == FRAME_THREAD && !look(phys_to_kernel(p << PAGE_SHIFT)))
            return false;
    return true;
}

// What nothing but this thread names any more.
static bool check_named(const struct thread *t)
{
    if (t->state == THREAD_SENDING || t->state == THREAD_RECEIVING)
        REQUIRE("I9", t->endpoint && parts_small(t->endpoint, OBJECT_ENDPOINT));
    if (t->state == THREAD_WAITING)
        REQUIRE("I9", t->signal && parts_small(t->signal, OBJECT_SIGNAL));
    if (t->bound)
        REQUIRE("I9", t->bound->bound == t);
    return !t->budget || parts_small(t->budget, OBJECT_BUDGET);
}

static bool check_thread(const struct thread *t)
{
    uint8_t mark = marks[kernel_to_phys(t) >> PAGE_SHIFT];

    return check_queue(t, mark) && check_server(t, mark);
}

bool check_threads(bool left)
{
    const struct cpu *cpu = this_cpu();

    if (!check_each(check_named) || !check_each(check_kept) || !check_ready(cpu) ||
        !check_heap(cpu->timers.top, 0, offsetof(struct thread, timer), FOUND_TIMER) ||
        !check_each(check_thread))
        return false;
    for (uint64_t p = 0; p < physmap_pages; p++) {
        const struct cell *cell = phys_to_kernel(p << PAGE_SHIFT);

        if (frame_table[p].use != FRAME_CELL)
            continue;
        if (!check_cell_threads(cell))
            return false;
        p += (cell->bytes >> PAGE_SHIFT) - 1;
    }
    if (!left)
        return true;
    REQUIRE("I14", cpu->current && cpu->current->state == THREAD_READY && !cpu->handoff);
    REQUIRE("I14", cpu->ready_top <= cpu->current->priority);
    return check_payer(cpu);
}

const char *check_kernel(bool left)
{
    if (units != physmap_pages << (PAGE_SHIFT - UNIT_SHIFT)) {
        units = physmap_pages << (PAGE_SHIFT - UNIT_SHIFT);
        free(owners);
        owners = malloc(units * (2 * sizeof(uint32_t) + 1) + physmap_pages);
        if (!owners)
            abort();
        refs = owners + units;
        visited = (uint8_t *)(refs + units);
        marks = visited + units;
    }
    memset(owners, 0, units * (2 * sizeof(uint32_t) + 1) + physmap_pages);
    parts_broken = 0;
    return check_caps() && check_threads(left) && check_pages() ? 0 : parts_broken;
}

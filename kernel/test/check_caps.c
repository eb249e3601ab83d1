// SPDX-License-Identifier: GPL-3.0-or-later
// The derivation tree, and the memory that its capabilities name: I1 to I3, I5, I15 to I17, I19,
// I20.
#include "../core/budget.h"
#include "../core/cell.h"
#include "../core/frame.h"
#include "../core/interrupt.h"
#include "../core/revoke.h"
#include "../core/untyped.h"
#include "check_parts.h"
#include <stdlib.h>

enum { DEPTH = 4096, UNIT_SHIFT = 6, LINES = 4 };

static const struct cap *path[DEPTH];

static bool is_subset(uint64_t a, uint64_t b)
{
    return (a & ~b) == 0;
}

static bool range_covers(uint64_t from, uint64_t bytes, uint64_t part, uint64_t part_bytes)
{
    return part >= from && part + part_bytes <= from + bytes;
}

static uint64_t object_bytes(const struct cap *c)
{
    switch (c->type) {
    case OBJECT_UNTYPED:
        return untyped_bytes(c);
    case OBJECT_FRAME:
        return c->extent << PAGE_SHIFT;
    case OBJECT_CELL:
        return ((const struct cell *)c->object)->bytes;
    case OBJECT_THREAD:
        return PAGE_SIZE;
    case OBJECT_BUDGET:
        return BUDGET_BYTES;
    default:
        return 1 << UNIT_SHIFT;
    }
}

// The child can do no more than its parent, and its object is part of the parent's.
static bool check_derived(const struct cap *p, const struct cap *c)
{
    REQUIRE("I1", is_subset(c->rights, p->rights) && is_subset(c->methods, p->methods));
    if (p->type == OBJECT_UNTYPED) {
        REQUIRE("I15", range_covers(p->object, untyped_carved(p), c->object, object_bytes(c)));
        return true;
    }
    REQUIRE("I1", c->type == p->type);
    REQUIRE("I1", !p->expiry || (c->expiry && c->expiry <= p->expiry));
    if (c->type == OBJECT_DEVICE) { // its identity is something else: I22
        REQUIRE("I1", range_covers(p->object, p->extent << PAGE_SHIFT, c->object,
                                   c->extent << PAGE_SHIFT));
        return true;
    }
    REQUIRE("I1", !p->identity || c->identity == p->identity);
    if (c->type == OBJECT_PORT)
        REQUIRE("I1", range_covers(p->object, p->extent, c->object, c->extent));
    else
        REQUIRE("I1", c->object == p->object && c->extent == p->extent);
    return true;
}

// Nothing above the carved mark is in use, and what is between it and the clean mark is zero.
static bool check_untyped(const struct cap *c)
{
    uint64_t carved = untyped_carved(c);
    const uint8_t *bytes = (const uint8_t *)c->object;

    REQUIRE("I16", c->identity >= carved && c->identity <= untyped_bytes(c));
    for (uint64_t i = carved; i < c->identity; i++)
        REQUIRE("I16", bytes[i] == 0);
    for (uint64_t at = align_up(carved, PAGE_SIZE); at < untyped_bytes(c); at += PAGE_SIZE)
        REQUIRE("I17", frame_of_kernel(bytes + at)->use == FRAME_FREE);
    return true;
}

static bool check_fast(const struct cap *c)
{
    bool plain = c->type == OBJECT_ENDPOINT && !c->expiry && !c->once;

    REQUIRE("I26", !c->once || (c->type == OBJECT_ENDPOINT && !(c->rights & ~RIGHT_WRITE)));
    REQUIRE("I26", !c->once || !c->first);

    REQUIRE("I1", !(c->fast & CAP_FAST_CALL) || (plain && c->rights & RIGHT_WRITE));
    REQUIRE("I1",
            !(c->fast & CAP_FAST_RECV) || (plain && c->rights & RIGHT_READ && c->methods & 1));
    return true;
}

// Each object is alone where it is; capabilities to it are counted.
static bool check_object(const struct cap *c)
{
    if (c->type == OBJECT_UNTYPED)
        return check_untyped(c);
    if (c->type == OBJECT_DEVICE)
        return parts_device(c);
    if (c->type == OBJECT_PORT || c->type == OBJECT_INTERRUPT || !parts_in_memory(c->object))
        return true;
    for (uint64_t at = 0; at < object_bytes(c); at += 1 << UNIT_SHIFT) {
        uint32_t *owner = parts_owner(c->object + at);

        REQUIRE("I15", *owner == 0 || *owner == parts_name(c->object));
        *owner = parts_name(c->object);
    }
    parts_refs(c->object)[0]++;
    if (c->type != OBJECT_FRAME)
        REQUIRE("I2", ((const struct object *)c->object)->type == c->type);
    for (uint64_t at = 0; c->type == OBJECT_FRAME && at < object_bytes(c); at += PAGE_SIZE)
        REQUIRE("I5", frame_of_kernel((const void *)(c->object + at))->use == FRAME_PAGE);
    return c->type == OBJECT_FRAME || parts_small((void *)c->object, c->type);
}

static bool check_cap(const struct cap *parent, const struct cap *c, bool revoked)
{
    REQUIRE("I2", c->type != OBJECT_NONE);
    REQUIRE("I3", c->generation != 0);
    if (parent != cap_root && !check_derived(parent, c))
        return false;
    if (revoked)
        REQUIRE("I20", c->object >= revoke.from && c->object < revoke.to);
    return check_fast(c) && check_object(c);
}

// Each capability in use once, linked both ways.
static bool check_tree(uint64_t *count)
{
    const struct cap *c = cap_root;
    uint32_t depth = 0, revoked = 0;
    bool root_seen = false;

    for (*count = 0;; (*count)++) {
        if (c->first) {
            REQUIRE("I2", cap_at(c->first)->prev == cap_link(c) && depth + 1 < DEPTH);
            path[depth++] = c;
            if (c == revoke.root) {
                revoked = depth;
                root_seen = true;
            }
            c = cap_at(c->first);
        } else {
            // Climb while this is the last child; then go to the next sibling.
            while (depth && cap_at(c->next) == path[depth - 1] &&
                   path[depth - 1]->last == cap_link(c)) {
                c = path[--depth];
                revoked = revoked > depth ? 0 : revoked;
            }
            if (depth == 0)
                break;
            REQUIRE("I2", cap_at(c->next)->prev == cap_link(c));
            c = cap_at(c->next);
        }
        if (!check_cap(path[depth - 1], c, revoked != 0))
            return false;
    }
    REQUIRE("I19", !revoke.root || root_seen);
    return true;
}

// A body's references are its capabilities, and the threads that run on a budget.
static bool check_refs(const struct cap *c)
{
    if (c->type == OBJECT_FRAME && parts_in_memory(c->object))
        REQUIRE("I2", frame_of_kernel((void *)c->object)->refs == *parts_refs(c->object));
    else if (c->type >= OBJECT_CELL && c->type != OBJECT_INTERRUPT && c->type != OBJECT_PORT &&
             c->type != OBJECT_DEVICE && c->type != OBJECT_AUDIT)
        REQUIRE("I2", ((const struct object *)c->object)->refs == *parts_refs(c->object));
    return true;
}

static bool check_slots(const struct cell *cell, uint64_t *count)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < cell->slot_count; i++) {
        if (cell->slots[i].type == OBJECT_NONE)
            continue;
        used++;
        if (!check_refs(&cell->slots[i]))
            return false;
    }
    REQUIRE("I2", used == cell->slots_used);
    *count += used + (cell->supervisor.type != OBJECT_NONE);
    return true;
}

bool check_caps(void)
{
    uint64_t in_tree, in_places = 0;

    if (!check_tree(&in_tree))
        return false;
    for (uint64_t p = 0; p < physmap_pages; p++) {
        const struct cell *cell = phys_to_kernel(p << PAGE_SHIFT);

        if (frame_table[p].use == FRAME_THREAD) {
            const struct thread *t = phys_to_kernel(p << PAGE_SHIFT);

            if (t->budget)
                parts_refs((uint64_t)t->budget)[0]++;
        }
        if (frame_table[p].use == FRAME_CELL)
            p += (cell->bytes >> PAGE_SHIFT) - 1;
    }
    for (uint64_t p = 0; p < physmap_pages; p++) {
        const struct cell *cell = phys_to_kernel(p << PAGE_SHIFT);

        if (frame_table[p].use != FRAME_CELL)
            continue;
        if (!check_slots(cell, &in_places))
            return false;
        p += (cell->bytes >> PAGE_SHIFT) - 1;
    }
    for (int i = 0; i < LINES; i++)
        in_places += interrupts[i].signal.type != OBJECT_NONE;
    REQUIRE("I2", in_tree == in_places);
    return true;
}

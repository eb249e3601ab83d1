// SPDX-License-Identifier: GPL-3.0-or-later
#include "tree.h"
#include "cell.h"
#include "frame.h"

struct cap *cap_root;

// The cell whose table this slot is in keeps count of those in use; slots outside a table are
// nobody's: the records of their pages name no cell.
static void tree_count(const struct cap *c, int by)
{
    const struct frame *f = frame_of_kernel(c);

    if (f->cell)
        f->cell->slots_used += (uint32_t)by;
}

void tree_insert(struct cap *parent, struct cap *child)
{
    uint32_t me = cap_link(child), above = cap_link(parent);

    child->prev = above;
    if (parent->first) {
        child->next = parent->first;
        cap_at(parent->first)->prev = me;
    } else {
        child->next = above;
        parent->last = me;
    }
    parent->first = me;
    tree_count(child, 1);
}

// Put the chain `first`..`last` where `c` stands among its siblings; 0 for both closes the gap.
static void tree_replace(const struct cap *c, uint32_t first, uint32_t last)
{
    uint32_t me = cap_link(c);
    struct cap *before = cap_at(c->prev), *after = cap_at(c->next);
    bool is_first = before->first == me, is_last = after->last == me;
    uint32_t right = first ? first : is_last ? 0 : c->next;
    uint32_t left = last ? last : is_first ? 0 : c->prev;

    // With the gap closed, an only child leaves a childless parent, and an end child hands its end
    // over.
    if (is_first)
        before->first = right;
    else
        before->next = first ? first : c->next;
    if (is_last)
        after->last = left;
    else
        after->prev = last ? last : c->prev;
    if (first)
        cap_at(first)->prev = c->prev;
    if (last)
        cap_at(last)->next = c->next;
}

void tree_remove(const struct cap *c)
{
    if (cap_has_child(c))
        tree_replace(c, c->first, c->last);
    else
        tree_replace(c, 0, 0); // most have none: shorter
    tree_count(c, -1);
}

void tree_move(const struct cap *from, const struct cap *to)
{
    uint32_t me = cap_link(to);

    tree_replace(from, me, me);
    if (to->first) {
        cap_at(to->first)->prev = me;
        cap_at(to->last)->next = me;
    }
    tree_count(to, 1);
    tree_count(from, -1);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The derivation tree's links (drawing: cap.h). These functions write links, and the count of slots
// in use of the cells that the slots belong to, and nothing else: what a capability allows is
// cap.c's alone, which is proved from these contracts (docs/proof.md).
#pragma once
#include "cap.h"

// Make the filled-in `child` the first child of `parent`.
/*@ requires \valid(parent) && \valid(child);
    assigns parent->first, parent->last, child->next, child->prev, cap_of(parent->first)->prev,
      tree_counts;
 */
void tree_insert(struct cap *parent, struct cap *child);

// Take `c` out: its children, if any, take its place. Its own links are left as they are.
/*@ requires \valid_read(c);
    assigns cap_of(c->prev)->first, cap_of(c->prev)->next, cap_of(c->next)->last,
      cap_of(c->next)->prev, cap_of(c->first)->prev, cap_of(c->last)->next, tree_counts;
 */
void tree_remove(const struct cap *c);

// Let `to`, a copy of `from` with its links, take the place of `from`.
/*@ requires \valid_read(from) && \valid_read(to);
    assigns cap_of(from->prev)->first, cap_of(from->prev)->next, cap_of(from->next)->last,
      cap_of(from->next)->prev, cap_of(to->first)->prev, cap_of(to->last)->next, tree_counts;
    ensures kept: from->generation == \old(from->generation);
 */
void tree_move(const struct cap *from, const struct cap *to);

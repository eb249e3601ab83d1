// SPDX-License-Identifier: GPL-3.0-or-later
// A leftist heap (C. A. Crane, 1972) with links inside the things it orders: the smallest key
// first, no memory of its own; inserting and removing take a number of steps that grows with the
// logarithm of its size.
//
// I8   A heap node is in at most one heap; its rank says whether it is in one.
#pragma once
#include "kernel.h"

struct heap_node {
    struct heap_node *left, *right, *parent;
    uint64_t key;
    uint32_t rank; // length of the right spine; 0: not in a heap
};

struct heap {
    struct heap_node *top;
};

void heap_insert(struct heap *h, struct heap_node *n, uint64_t key);
void heap_remove(struct heap *h, struct heap_node *n);

static inline bool heap_holds(const struct heap_node *n)
{
    return n->rank != 0;
}

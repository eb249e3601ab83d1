// SPDX-License-Identifier: GPL-3.0-or-later
#include "heap.h"

static uint32_t rank_of(const struct heap_node *n)
{
    return n ? n->rank : 0;
}

// From `n` upwards: restore rank and the left-heavy shape until nothing changes any more.
static void heap_balance(struct heap_node *n)
{
    while (n) {
        uint32_t rank;

        if (rank_of(n->left) < rank_of(n->right)) {
            struct heap_node *swap = n->left;
            n->left = n->right;
            n->right = swap;
        }
        rank = rank_of(n->right) + 1;
        if (rank == n->rank)
            return;
        n->rank = rank;
        n = n->parent;
    }
}

// Merge two heaps down their right spines, which are logarithmic, then balance on the way up.
static struct heap_node *heap_merge(struct heap_node *a, struct heap_node *b)
{
    struct heap_node *top, *at;

    if (!a || !b)
        return a ? a : b;
    if (b->key < a->key) {
        top = b;
        b = a;
    } else {
        top = a;
    }
    at = top;
    while (at->right) {
        if (b->key < at->right->key) {
            struct heap_node *rest = at->right;
            at->right = b;
            b->parent = at;
            b = rest;
        }
        at = at->right;
    }
    at->right = b;
    b->parent = at;
    // Every node of the joined spine may have changed; each is visited once.
    while (at) {
        struct heap_node *up = at == top ? 0 : at->parent;

        if (rank_of(at->left) < rank_of(at->right)) {
            struct heap_node *swap = at->left;
            at->left = at->right;
            at->right = swap;
        }
        at->rank = rank_of(at->right) + 1;
        at = up;
    }
    return top;
}

void heap_insert(struct heap *h, struct heap_node *n, uint64_t key)
{
    ASSERT("I8", n->rank == 0);
    n->left = n->right = n->parent = 0;
    n->key = key;
    n->rank = 1;
    h->top = heap_merge(h->top, n);
    h->top->parent = 0;
}

void heap_remove(struct heap *h, struct heap_node *n)
{
    struct heap_node *up = n->parent, *below;

    ASSERT("I8", n->rank != 0);
    below = heap_merge(n->left, n->right);
    if (below)
        below->parent = up;
    if (!up)
        h->top = below;
    else if (up->left == n)
        up->left = below;
    else
        up->right = below;
    heap_balance(up);
    n->rank = 0;
    n->left = n->right = n->parent = 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "audit.h"
#include "abi/start.h"
#include "arch.h"
#include "cell.h"
#include "endpoint.h"

enum { STEP_PAGES = 64 };

static struct {
    const uint8_t *image; // the kernel's
    const uint32_t (*leaves)[HASH_WORDS];
    uint32_t text, image_pages;
    uint32_t index; // the place, in `cell`; 0: in the kernel's image
    struct cell *cell;
    struct cell *first;
    struct cell *accused; // its supervisor is not told yet
    uint32_t accused_page;
    struct hash hash; // of the page at the place, so far
    uint64_t passes, pages, last_pages;
} audit;

void audit_begin(const void *image, uint32_t text, uint32_t pages, const void *leaves)
{
    memset(&audit, 0, sizeof(audit));
    audit.image = image;
    audit.text = text;
    audit.image_pages = pages;
    audit.leaves = leaves;
}

static void place_set(struct cell *cell)
{
    audit.cell = cell;
    audit.index = 0;
    audit.hash.blocks = 0;
    if (cell)
        return;
    audit.passes++;
    audit.last_pages = audit.pages;
    audit.pages = 0;
}

void audit_enter(struct cell *cell)
{
    cell->audit_next = audit.first;
    cell->audit_prev = &audit.first;
    if (audit.first)
        audit.first->audit_prev = &cell->audit_next;
    audit.first = cell;
}

void audit_leave(struct cell *cell)
{
    if (!cell->code_pages)
        return;
    cell->code_pages = 0;
    if (audit.cell == cell) // I33
        place_set(cell->audit_next);
    if (audit.accused == cell)
        audit.accused = 0;
    ASSERT("I33", *cell->audit_prev == cell);
    *cell->audit_prev = cell->audit_next;
    if (cell->audit_next)
        cell->audit_next->audit_prev = cell->audit_prev;
}

// The sealed page at the place, 0 if there is none.
static const uint8_t *page_at(enum code_kind *kind)
{
    const pte_t sealed = PTE_PRESENT | PTE_SEALED;
    const pte_t *e;

    *kind = CODE_TEXT;
    if (!audit.cell) {
        if (audit.index >= audit.text)
            *kind = CODE_CONSTANTS;
        return audit.image + ((uint64_t)audit.index << PAGE_SHIFT);
    }
    e = space_entry(audit.cell, audit.cell->code + ((uint64_t)audit.index << PAGE_SHIFT));
    if (!e || (*e & sealed) != sealed)
        return 0;
    if (*e & PTE_NO_EXECUTE)
        *kind = CODE_CONSTANTS;
    return phys_to_kernel(*e & PTE_ADDRESS);
}

// The page at the place does not hash to its leaf.
static void tampered(void)
{
    if (!audit.cell)
        arch_halt("the kernel was changed in memory", 0);
    audit.cell->tampered = true;
    audit.accused = audit.cell;
    audit.accused_page = audit.index;
}

// Go on at the place, for a piece of a page. True: a page, or a pass, is done.
static bool audit_piece(void)
{
    struct cell *cell = audit.cell;
    uint32_t count = !cell ? audit.image_pages : cell->tampered ? 0 : cell->code_pages;
    const uint8_t *page;
    enum code_kind kind;

    if (audit.index >= count) {
        place_set(cell ? cell->audit_next : audit.first);
        return !audit.cell;
    }
    page = page_at(&kind);
    if (page && !hash_page(&audit.hash, page))
        return false;
    audit.hash.blocks = 0;
    if (page) {
        hash_leaf(audit.hash.value, audit.index, kind);
        if (!hash_equal(audit.hash.value,
                        cell ? cell->leaves[audit.index] : audit.leaves[audit.index]))
            tampered();
        audit.pages++;
    }
    audit.index++;
    return page != 0;
}

// Stop the accused cell's threads, all but the one that says so (I34). True: it is done.
static bool audit_stopped(const struct thread *by)
{
    // Bounded by the threads of one cell.
    for (struct thread *t = audit.accused->threads; t; t = t->cell_next) {
        if (t == by || t->state == THREAD_STOPPED)
            continue;
        if (t->priority == STEWARD_PRIORITY)
            arch_halt("the steward was changed in memory", 0);
        thread_stop(t);
        return false;
    }
    return true;
}

err_t audit_step(struct thread *t, struct cell **accused)
{
    if (t->regs.w[0] > STEP_PAGES)
        return ERR_BAD_ARGUMENT;
    while (t->regs.w[0] || audit.accused) {
        if (!audit.accused) {
            if (audit_piece())
                t->regs.w[0]--;
        } else if (audit_stopped(t)) {
            const struct cap *c = &audit.accused->supervisor;

            if (c->type == OBJECT_ENDPOINT && !((struct endpoint *)c->object)->receiver_first)
                return ERR_BUSY;
            *accused = c->type == OBJECT_ENDPOINT ? audit.accused : 0;
            audit.accused = 0;
            return ERR_OK;
        }
        if (arch_preempt())
            return ERR_RESTART;
    }
    return ERR_OK;
}

void audit_accuse(struct thread *t, struct cell *accused)
{
    t->fault[0] = FAULT_TAMPERED;
    t->fault[1] = (uint64_t)audit.accused_page << PAGE_SHIFT;
    t->fault[2] = audit.accused_page;
    t->fault[3] = 0;
    t->return_fully = 1;
    if (accused == t->cell)
        t->regs.rip = 0; // where nothing is ever mapped (I34)
    endpoint_send(t, &accused->supervisor, MESSAGE_FAULT);
}

void audit_result(uint64_t out[3])
{
    out[0] = audit.passes;
    out[1] = audit.pages;
    out[2] = audit.last_pages;
}

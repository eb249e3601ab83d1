// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal.h"
#include "arch.h"
#include "audit.h"

enum { LEAVES_PER_PAGE = PAGE_SIZE / CODE_HASH };

static struct {
    struct frame *frame; // 0: none
    const struct cell *cell;
    uint32_t index, kind;
    struct hash hash;
    uint32_t level;    // hashes of the proof that are in `hash.value`
    uint32_t at, last; // RFC 9162, 2.1.3.2: there `fn` and `sn`
    bool leaf;         // the page is hashed
} sealing;

err_t cell_authorise(struct cell *cell, const uint64_t w[6])
{
    uint64_t base = w[0], pages = w[1], tables;

    if (pages == 0 || pages > CODE_PAGES_MAX)
        return ERR_BAD_ARGUMENT;
    if (!space_range_is_user(base, pages))
        return ERR_BAD_ADDRESS;
    if (cell->code_pages)
        return ERR_EXISTS;
    tables = (pages + LEAVES_PER_PAGE - 1) / LEAVES_PER_PAGE;
    if (tables > cell->pool_pages - cell->pool_used)
        return ERR_NO_MEMORY;
    // commit
    cell->pool_pages -= (uint32_t)tables;
    cell->leaves = (uint32_t(*)[HASH_WORDS])(cell->pool + (uint64_t)cell->pool_pages * PAGE_SIZE);
    cell->code = base;
    cell->code_pages = (uint32_t)pages;
    memcpy(cell->root, &w[2], CODE_HASH);
    audit_enter(cell);
    return ERR_OK;
}

void seal_page(struct cell *cell, struct frame *f, uint32_t index, enum code_kind kind,
               const uint32_t leaf[HASH_WORDS])
{
    pte_t *e = space_entry(cell, cell->code + ((uint64_t)index << PAGE_SHIFT));
    paddr_t page = (paddr_t)(f - frame_table) << PAGE_SHIFT;

    ASSERT("I31", e && !*e && !f->cell && f->use == FRAME_PAGE);
    memcpy(cell->leaves[index], leaf, CODE_HASH); // I32
    f->state = FRAME_SEALED;
    f->cell = cell;
    f->entry = e;
    cell->pages++;
    *e = page | PTE_PRESENT | PTE_USER | PTE_SEALED | (kind == CODE_TEXT ? 0 : PTE_NO_EXECUTE);
}

void seal_forget(void)
{
    sealing.frame = 0;
}

// One hash of the proof, through the reader's page tables: it lies within a page. The kernel reads
// nothing else of any cell's memory.
static err_t proof_read(const struct cell *reader, vaddr_t address, uint32_t out[HASH_WORDS])
{
    const pte_t wanted = PTE_PRESENT | PTE_USER;
    const pte_t *e;

    if (!is_aligned(address, CODE_HASH) || !space_range_is_user(address & -(vaddr_t)PAGE_SIZE, 1))
        return ERR_BAD_ADDRESS;
    e = space_entry(reader, address);
    if (!e || (*e & (wanted | PTE_UNCACHED)) != wanted)
        return ERR_BAD_ADDRESS;
    memcpy(out, phys_to_kernel((*e & PTE_ADDRESS) | (address & (PAGE_SIZE - 1))), CODE_HASH);
    return ERR_OK;
}

// Join one hash of the proof to the one below it. BAD_SIGNATURE: the tree has fewer levels.
static err_t proof_step(const struct cell *reader, vaddr_t proof)
{
    uint32_t sibling[HASH_WORDS];
    err_t err = proof_read(reader, proof + (uint64_t)sealing.level * CODE_HASH, sibling);

    if (err)
        return err;
    if (sealing.last == 0)
        return ERR_BAD_SIGNATURE;
    if (sealing.at & 1 || sealing.at == sealing.last) {
        hash_node(sealing.hash.value, sibling, sealing.hash.value);
        while (sealing.at && !(sealing.at & 1)) { // went up unchanged
            sealing.at >>= 1;
            sealing.last >>= 1;
        }
    } else {
        hash_node(sealing.hash.value, sealing.hash.value, sibling);
    }
    sealing.at >>= 1;
    sealing.last >>= 1;
    sealing.level++;
    return ERR_OK;
}

// Hash and proof, from where they stand.
static err_t seal_vouched(const struct cell *cell, const struct cell *reader, const uint8_t *page,
                          vaddr_t proof, uint64_t hashes)
{
    while (!sealing.leaf) {
        if (hash_page(&sealing.hash, page)) {
            hash_leaf(sealing.hash.value, sealing.index, sealing.kind);
            // The places for what waits for its neighbour are free from now on.
            memcpy(sealing.hash.left[0], sealing.hash.value, CODE_HASH);
            sealing.leaf = true;
        }
        if (arch_preempt())
            return ERR_RESTART;
    }
    while (sealing.level < hashes) {
        err_t err = proof_step(reader, proof);

        if (err)
            return err;
        if (arch_preempt())
            return ERR_RESTART;
    }
    return sealing.level == hashes && sealing.last == 0 &&
                   hash_equal(sealing.hash.value, cell->root)
               ? ERR_OK
               : ERR_BAD_SIGNATURE;
}

static err_t seal_check(const struct cap *c, const struct cell *cell, const uint64_t w[5])
{
    uint64_t page = w[0], index = w[1], kind = w[2], hashes = w[4];
    uint8_t rights = RIGHT_READ | RIGHT_WRITE | (kind == CODE_TEXT ? RIGHT_EXECUTE : 0);
    const struct frame *f;
    const pte_t *e;

    if ((kind != CODE_TEXT && kind != CODE_CONSTANTS) || page >= c->extent ||
        hashes > CODE_PROOF_MAX)
        return ERR_BAD_ARGUMENT;
    if ((c->rights & rights) != rights)
        return ERR_DENIED;
    if (cell->code_pages == 0)
        return ERR_BAD_STATE;
    if (index >= cell->code_pages)
        return ERR_BAD_ARGUMENT;
    e = space_entry(cell, cell->code + (index << PAGE_SHIFT));
    if (!e)
        return ERR_BAD_ADDRESS;
    f = frame_of_kernel((void *)c->object) + page;
    if (*e || f->state == FRAME_SEALED)
        return ERR_EXISTS;
    return f->cell ? ERR_BUSY : ERR_OK;
}

err_t frame_seal(const struct cap *c, struct cell *cell, const struct cell *reader,
                 const uint64_t w[5])
{
    uint32_t index = (uint32_t)w[1], kind = (uint32_t)w[2];
    err_t err = seal_check(c, cell, w);
    struct frame *f;

    if (err)
        return err;
    f = frame_of_kernel((void *)c->object) + w[0];
    if (sealing.frame != f || f->state != FRAME_FROZEN || sealing.cell != cell ||
        sealing.index != index || sealing.kind != kind) {
        memset(&sealing, 0, sizeof(sealing));
        sealing.frame = f;
        sealing.cell = cell;
        sealing.index = sealing.at = index;
        sealing.kind = kind;
        sealing.last = cell->code_pages - 1;
        f->state = FRAME_FROZEN; // I30
    }
    err = seal_vouched(cell, reader, phys_to_kernel((paddr_t)(f - frame_table) << PAGE_SHIFT), w[3],
                       w[4]);
    if (err == ERR_RESTART)
        return err;
    sealing.frame = 0;
    f->state = FRAME_OPEN;
    if (err)
        return err;
    // commit
    seal_page(cell, f, index, kind, sealing.hash.left[0]);
    return ERR_OK;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// A program on the test bed: pages, their tree, a cell that is to run them, and the steward's part.
#pragma once
#include "../core/seal.h"
#include "abi/code.h"
#include "bed.h"
#include "format/code_tree.h"
#include "gen/audit_methods.h"

enum { CODE_MAX = 40, CODE_CELL = 100, CODE_FRAME = 110, CODE_PROOF_SLOT = 120, CODE_BAD = 121 };
#define CODE_PROOF 0x20000000u // where the first cell keeps a proof

static struct cell *root;
static struct thread *first;

struct program {
    uint32_t text, constants;
    uint8_t image[CODE_MAX][PAGE_SIZE];
    uint8_t tree[3 * CODE_MAX][CODE_HASH];
};

static inline uint32_t program_pages(const struct program *p)
{
    return p->text + p->constants;
}

static inline enum code_kind program_kind(const struct program *p, uint32_t index)
{
    return index < p->text ? CODE_TEXT : CODE_CONSTANTS;
}

static inline void program_make(struct program *p, uint32_t text, uint32_t constants, uint8_t salt)
{
    p->text = text;
    p->constants = constants;
    for (uint32_t i = 0; i < text + constants; i++)
        for (uint32_t k = 0; k < PAGE_SIZE; k++)
            p->image[i][k] = (uint8_t)(salt + i * 7 + k * 13 + (k >> 8));
    code_tree_build(p->image[0], text, constants, p->tree);
}

static inline uint64_t on_first(cap_t object, uint64_t method, struct bed_args a)
{
    return bed_object(first, object, method, a);
}

// The machine, the first cell with a page for proofs, and a cell in CODE_CELL with tables.
static inline struct cell *code_setup(void)
{
    root = host_boot(4096);
    first = bed_first(root);
    CHECK_EQ(
        on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_FRAME, ARGS(CODE_PROOF_SLOT, 1)),
        ERR_OK);
    CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_RESERVE, ARGS(CODE_PROOF, 2)), ERR_OK);
    CHECK_EQ(on_first(handle_of(CODE_PROOF_SLOT), FRAME_METHOD_MAP,
                      ARGS(CAP_SELF, CODE_PROOF, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    bed_cell(first, CODE_CELL, 2, 100);
    CHECK_EQ(on_first(handle_of(CODE_CELL), CELL_METHOD_RESERVE, ARGS(CELL_CODE_BASE, CODE_MAX)),
             ERR_OK);
    return (struct cell *)root->slots[CODE_CELL].object;
}

static inline uint8_t (*proof_memory(void))[CODE_HASH]
{
    return (uint8_t(*)[CODE_HASH])root->slots[CODE_PROOF_SLOT].object;
}

static inline struct bed_args root_args(const uint8_t *hash, uint64_t base, uint64_t pages)
{
    struct bed_args a = {
        {base, pages}
    };

    memcpy(&a.w[2], hash, CODE_HASH);
    return a;
}

static inline uint64_t authorise(uint32_t cell_slot, const struct program *p)
{
    return on_first(
        handle_of(cell_slot), CELL_METHOD_AUTHORISE,
        root_args(code_tree_root(p->tree, program_pages(p)), CELL_CODE_BASE, program_pages(p)));
}

// A frame in root slot `slot` that holds what the program has at `index`, mapped nowhere.
static inline uint8_t *code_frame(const struct program *p, uint32_t slot, uint32_t index)
{
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_FRAME, ARGS(slot, 1)), ERR_OK);
    memcpy((void *)root->slots[slot].object, p->image[index], PAGE_SIZE);
    return (uint8_t *)root->slots[slot].object;
}

static inline cap_t frame_handle(uint32_t slot)
{
    return cell_handle(root, &root->slots[slot]);
}

// The arguments that seal page 0 of a frame, with the proof where the first cell can read it.
static inline struct bed_args seal_args(const struct program *p, uint32_t cell_slot, uint32_t index)
{
    uint32_t hashes = code_proof(p->tree, program_pages(p), index, proof_memory());

    return ARGS(frame_handle(cell_slot), 0, index, program_kind(p, index), CODE_PROOF, hashes);
}

static inline uint64_t seal(uint32_t slot, struct bed_args a)
{
    return on_first(frame_handle(slot), FRAME_METHOD_SEAL, a);
}

static inline struct frame *record(uint32_t slot)
{
    return frame_of_kernel((void *)root->slots[slot].object);
}

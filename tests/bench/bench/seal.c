// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal.h"
#include "child.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/code.h"
#include <string.h>

#define CODE_BASE 0x0000000040000000u

enum { PROOF = 6, MEMORY_PAGES = 128, CELL_SLOTS = 64, CELL_TABLES = 8 };
_Static_assert(1 << PROOF == SEAL_PAGES, "a whole tree");

static uint8_t tree[PROOF + 1][SEAL_PAGES][CODE_HASH]; // by level
static uint8_t proofs[SEAL_PAGES][PROOF][CODE_HASH] __attribute__((aligned(CODE_HASH)));
static cap_t piece, cell, frame;
static uint32_t cell_slot, frame_slot;

err_t seal_begin(void)
{
    static const uint8_t page[PAGE_SIZE]; // as a frame is when it is new

    for (uint32_t i = 0; i < SEAL_PAGES; i++)
        code_leaf_of(page, i, CODE_TEXT, tree[0][i]);
    for (uint32_t level = 0; level < PROOF; level++)
        for (uint32_t i = 0; i < SEAL_PAGES >> level; i += 2)
            code_node_of(tree[level][i], tree[level][i + 1], tree[level + 1][i / 2]);
    for (uint32_t i = 0; i < SEAL_PAGES; i++)
        for (uint32_t level = 0; level < PROOF; level++)
            memcpy(proofs[i][level], tree[level][i >> level ^ 1], CODE_HASH);
    cell_slot = child_slot();
    frame_slot = child_slot();
    return untyped_retype_untyped(start_page()->untyped, child_slot(), MEMORY_PAGES, RIGHT_ALL,
                                  &piece);
}

err_t seal_prepare(void)
{
    uint64_t root[4];
    err_t err = untyped_retype_cell(piece, cell_slot, CELL_SLOTS, CELL_TABLES, &cell);

    memcpy(root, tree[PROOF][0], sizeof root);
    if (err == ERR_OK)
        err = untyped_retype_frame(piece, frame_slot, SEAL_PAGES, &frame);
    if (err == ERR_OK)
        err = cell_reserve(cell, CODE_BASE, SEAL_PAGES);
    if (err == ERR_OK)
        err = cell_authorise(cell, CODE_BASE, SEAL_PAGES, root[0], root[1], root[2], root[3]);
    return err;
}

err_t seal_all(void)
{
    err_t err = ERR_OK;

    for (uint32_t i = 0; i < SEAL_PAGES && err == ERR_OK; i++)
        err = frame_seal(frame, cell, i, i, CODE_TEXT, (uint64_t)(uintptr_t)proofs[i], PROOF);
    return err;
}

err_t seal_end(void)
{
    return cell_revoke(CAP_SELF, piece);
}

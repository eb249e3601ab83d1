// SPDX-License-Identifier: GPL-3.0-or-later
// Sealed pages: making something executable that nobody vouched for, changing what somebody did.
#include "abi/layout.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/code.h"
#include "tests/cells/thread.h"
#include <string.h>

#define CODE_BASE 0x0000000041000000u // of the cells made here
enum { PAGES = 4, TEXT = 2, PROOF = 2, CELL_SLOTS = 64, CELL_TABLES = 8 };

// A cell with a code root, and a frame of pages that it vouches for.
static struct {
    cap_t cell, frame;
    uint8_t leaf[PAGES][CODE_HASH], node[2][CODE_HASH];
    uint64_t root[CODE_HASH / sizeof(uint64_t)];
} bed;
static uint8_t proof[PROOF + 1][CODE_HASH] __attribute__((aligned(CODE_HASH)));
static uint8_t *const pages = (uint8_t *)(uintptr_t)TEST_PAGES_BASE; // the frame, while it is here

static enum code_kind kind_of(uint32_t index)
{
    return index < TEXT ? CODE_TEXT : CODE_CONSTANTS;
}

static err_t cell_make(cap_t *cell)
{
    err_t err =
        untyped_retype_cell(start_page()->untyped, test_slot(), CELL_SLOTS, CELL_TABLES, cell);
    return err == ERR_OK ? cell_reserve(*cell, CODE_BASE, PAGES) : err;
}

static err_t authorise(cap_t cell, const uint64_t root[4])
{
    return cell_authorise(cell, CODE_BASE, PAGES, root[0], root[1], root[2], root[3]);
}

static void tree_make(void)
{
    for (uint32_t i = 0; i < PAGES; i++)
        code_leaf_of(pages + i * PAGE_SIZE, i, kind_of(i), bed.leaf[i]);
    for (uint32_t i = 0; i < 2; i++)
        code_node_of(bed.leaf[2 * i], bed.leaf[2 * i + 1], bed.node[i]);
    code_node_of(bed.node[0], bed.node[1], (uint8_t *)bed.root);
}

static bool begin(void)
{
    if (test_pages(TEST_PAGES_BASE, PAGES, &bed.frame) != ERR_OK)
        return false;
    for (uint32_t i = 0; i < PAGES; i++)
        memset(pages + i * PAGE_SIZE, (int)(i + 1), PAGE_SIZE);
    tree_make();
    return frame_unmap(bed.frame) == ERR_OK && cell_make(&bed.cell) == ERR_OK &&
           authorise(bed.cell, bed.root) == ERR_OK;
}

// The right proof for the page at `index`.
static void prove(uint32_t index)
{
    memcpy(proof[0], bed.leaf[index ^ 1], CODE_HASH);
    memcpy(proof[1], bed.node[index / 2 ^ 1], CODE_HASH);
}

static err_t seal(cap_t cell, uint32_t page, uint32_t index, enum code_kind kind, uint32_t hashes)
{
    return frame_seal(bed.frame, cell, page, index, kind, (uint64_t)(uintptr_t)proof, hashes);
}

static err_t seal_right(uint32_t index)
{
    prove(index);
    return seal(bed.cell, index, index, kind_of(index), PROOF);
}

const char *attack_seal_index(void)
{
    if (!begin())
        return "no cell to try with";
    for (uint32_t page = 0; page < PAGES; page++)
        for (uint32_t index = 0; index < PAGES; index++) {
            if (page == index)
                continue;
            prove(page); // with its own proof, and with the place's
            if (seal(bed.cell, page, index, kind_of(page), PROOF) != ERR_BAD_SIGNATURE)
                return "a page of code at another place";
            prove(index);
            if (seal(bed.cell, page, index, kind_of(index), PROOF) != ERR_BAD_SIGNATURE)
                return "a page of code at another's place";
        }
    return seal_right(0) == ERR_OK ? NULL : "the right page was refused";
}

const char *attack_seal_cell(void)
{
    static const uint64_t nobodys[4] = {1, 2, 3, 4};
    cap_t other = 0, bare = 0;
    if (!begin() || cell_make(&other) != ERR_OK || cell_make(&bare) != ERR_OK ||
        authorise(other, nobodys) != ERR_OK)
        return "no cells to try with";
    prove(0);
    if (seal(other, 0, 0, CODE_TEXT, PROOF) != ERR_BAD_SIGNATURE)
        return "a page of code in another cell";
    if (seal(bare, 0, 0, CODE_TEXT, PROOF) != ERR_BAD_STATE)
        return "a page of code in a cell without a code root";
    if (authorise(other, bed.root) != ERR_EXISTS)
        return "a second code root";
    return seal_right(0) == ERR_OK ? NULL : "the right page was refused";
}

const char *attack_seal_kind(void)
{
    if (!begin())
        return "no cell to try with";
    for (uint32_t i = 0; i < PAGES; i++) {
        prove(i);
        if (seal(bed.cell, i, i, i < TEXT ? CODE_CONSTANTS : CODE_TEXT, PROOF) != ERR_BAD_SIGNATURE)
            return i < TEXT ? "code as constants" : "constants as code";
        if (seal(bed.cell, i, i, (enum code_kind)3, PROOF) != ERR_BAD_ARGUMENT)
            return "a page of no kind";
    }
    return seal_right(0) == ERR_OK ? NULL : "the right page was refused";
}

const char *attack_seal_forged(void)
{
    if (!begin())
        return "no cell to try with";
    for (uint32_t bit = 0; bit < PROOF * CODE_HASH * 8; bit += 5) {
        prove(1);
        proof[bit / 8 / CODE_HASH][bit / 8 % CODE_HASH] ^= (uint8_t)(1u << (bit & 7));
        if (seal(bed.cell, 1, 1, CODE_TEXT, PROOF) != ERR_BAD_SIGNATURE)
            return "a proof with a wrong bit";
    }
    for (uint32_t hashes = 0; hashes <= PROOF + 1; hashes++) {
        prove(1);
        memcpy(proof[PROOF], bed.root, CODE_HASH);
        if (hashes != PROOF && seal(bed.cell, 1, 1, CODE_TEXT, hashes) != ERR_BAD_SIGNATURE)
            return "a proof of another length";
    }
    if (frame_seal(bed.frame, bed.cell, 1, 1, CODE_TEXT, UINT64_C(0xffff800000100000), PROOF) !=
        ERR_BAD_ADDRESS)
        return "a proof in the kernel's half";
    return seal_right(1) == ERR_OK ? NULL : "the right page was refused";
}

// Changed by a byte before it is sealed.
const char *attack_seal_changed(void)
{
    if (!begin())
        return "no cell to try with";
    for (uint32_t i = 0; i < PAGE_SIZE; i += 255) {
        if (frame_map(bed.frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE) != ERR_OK)
            return "the page could not be changed";
        prove(0);
        if (seal(bed.cell, 0, 0, CODE_TEXT, PROOF) != ERR_BUSY)
            return "a page that can be written was sealed";
        pages[i] ^= 4;
        if (frame_unmap(bed.frame) != ERR_OK ||
            seal(bed.cell, 0, 0, CODE_TEXT, PROOF) != ERR_BAD_SIGNATURE)
            return "a changed page was sealed";
        if (frame_map(bed.frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE) != ERR_OK)
            return "the page could not be changed back";
        pages[i] ^= 4;
        if (frame_unmap(bed.frame) != ERR_OK)
            return "the page could not be taken back";
    }
    return seal_right(0) == ERR_OK ? NULL : "the right page was refused";
}

// A sealed page is written, mapped elsewhere, or taken away, through any capability to it.
const char *attack_write_sealed(void)
{
    static const uint32_t access[] = {ACCESS_READ, ACCESS_READ | ACCESS_WRITE};
    cap_t derived = 0;
    if (!begin() || seal_right(0) != ERR_OK || seal_right(2) != ERR_OK ||
        cell_derive(CAP_SELF, bed.frame, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &derived) != ERR_OK)
        return "nothing sealed to try with";
    const cap_t frames[] = {bed.frame, derived};
    for (size_t f = 0; f < 2; f++) {
        for (size_t a = 0; a < 2; a++) {
            if (frame_map(frames[f], CAP_SELF, TEST_PAGES_BASE, access[a]) != ERR_EXISTS)
                return "a sealed page was mapped here";
            if (frame_map(frames[f], bed.cell, CODE_BASE + PAGES * PAGE_SIZE, access[a]) !=
                ERR_EXISTS)
                return "a sealed page was mapped there";
        }
        if (frame_unmap(frames[f]) != ERR_DENIED)
            return "a sealed page was unmapped";
    }
    return NULL;
}

const char *attack_seal_again(void)
{
    cap_t other = 0;
    if (!begin() || cell_make(&other) != ERR_OK || authorise(other, bed.root) != ERR_OK ||
        seal_right(0) != ERR_OK)
        return "nothing sealed to try with";
    if (seal_right(0) != ERR_EXISTS)
        return "a page was sealed twice";
    prove(0);
    if (seal(other, 0, 0, CODE_TEXT, PROOF) != ERR_EXISTS)
        return "a sealed page was sealed in another cell";
    prove(1);
    if (seal(bed.cell, 0, 1, CODE_TEXT, PROOF) != ERR_EXISTS)
        return "a sealed page was sealed at another place";
    if (seal(bed.cell, 1, 0, CODE_TEXT, PROOF) != ERR_EXISTS)
        return "another page was sealed over it";
    return NULL;
}

// With every right there is: nothing is mapped executable but by a proof.
const char *attack_map_unsealed(void)
{
    if (!begin())
        return "no cell to try with";
    for (uint32_t access = ACCESS_EXECUTE; access < 8; access++) {
        err_t wanted = access & ACCESS_READ ? ERR_DENIED : ERR_BAD_ARGUMENT;
        if (frame_map(bed.frame, CAP_SELF, TEST_PAGES_BASE, access) != wanted ||
            frame_map(bed.frame, bed.cell, CODE_BASE, access) != wanted)
            return "an executable page that nobody vouched for";
    }
    return NULL;
}

// An app says what code it has itself, or what code a cell of its own would have.
const char *attack_make_root(void)
{
    cap_t cell = 0, self = 0;
    if (cell_authorise(CAP_SELF, CODE_BASE, PAGES, 1, 2, 3, 4) != ERR_DENIED)
        return "a code root for itself";
    if (untyped_retype_cell(start_page()->untyped, test_slot(), CELL_SLOTS, CELL_TABLES, &cell) !=
        ERR_DENIED)
        return "a cell with a code root of its choice";
    if (cell_derive(CAP_SELF, CAP_SELF, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &self) !=
        ERR_BAD_CAPABILITY)
        return "a capability to itself";
    return NULL;
}

// An app seals pages of its own in itself: as code its memory lacks the right, as constants its
// code root does not vouch for them.
const char *attack_seal_own(void)
{
    if (test_pages(TEST_PAGES_BASE, 1, &bed.frame) != ERR_OK || frame_unmap(bed.frame) != ERR_OK)
        return "no memory to try with";
    for (uint32_t index = 0; index < 64; index++)
        for (uint32_t hashes = 0; hashes <= PROOF; hashes++) {
            if (seal(CAP_SELF, 0, index, CODE_TEXT, hashes) != ERR_DENIED)
                return "code of its own";
            if (seal(CAP_SELF, 0, index, CODE_CONSTANTS, hashes) == ERR_OK)
                return "constants of its own";
        }
    return NULL;
}

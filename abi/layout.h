// SPDX-License-Identifier: GPL-3.0-or-later
// Where things are in a cell's address space. Between any two areas there are unmapped pages.
//
// Code, heap and stack lie at random places, drawn anew for each cell and each of its runs: each in
// a block of its own of 1 GiB, anywhere in it but on its first and last page. That is 34 bits for
// each. What a cell shares with others, or is told of itself, has fixed places below; nothing there
// can be executed.
#pragma once
#include "abi/types.h"

#define CELL_CODE_BASE   0x0000000000400000u // what faults count from without cell.authorise
#define CELL_LEASE_BASE  0x0000000020000000u // the pages that stubs lend with a call
#define CELL_WINDOW_BASE 0x0000000030000000u // where pages lent to this cell appear
#define CELL_START_BASE  0x0000000050000000u // struct start_info, read-only
#define CELL_DEVICE_BASE 0x0000000060000000u // devices' memory, each CELL_DEVICE_SPAN further up
#define CELL_PLACES      0x0000010000000000u // the first of CELL_BLOCKS blocks
#define CELL_TOP         0x00007ffffffff000u // end of user space; the last page is never mapped

enum {
    CELL_CODE_PAGES_MAX = 16384, // of an image in memory: 64 MiB
    CELL_HEAP_PAGES_MAX = 65535,
    CELL_STACK_PAGES_MAX = 4096,
    CELL_BLOCKS = 126 * 1024,
    CELL_BLOCK_PAGES = 1 << 18,
    CELL_LEASE_PAGES = 24,   // enough for the largest method in abi/*.idl, which idlc checks
    CELL_WINDOW_PAGES = 256, // the longest lease
    CELL_DEVICE_SPAN = 4 << 20,
};

// The address of page `page` of block `block`; an area of `pages` pages can begin at the pages 1 to
// CELL_BLOCK_PAGES - 1 - pages.
static inline uint64_t cell_place(uint64_t block, uint64_t page)
{
    return CELL_PLACES + (block * CELL_BLOCK_PAGES + page) * PAGE_SIZE;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Where things are in a cell's address space. Between any two areas there are unmapped pages.
#pragma once
#include "abi/types.h"

#define CELL_CODE_BASE   0x0000000000400000u // text, rodata, data, bss
#define CELL_HEAP_BASE   0x0000000010000000u // malloc's pages, fixed amount from the manifest
#define CELL_LEASE_BASE  0x0000000020000000u // the pages that stubs lend with a call
#define CELL_WINDOW_BASE 0x0000000030000000u // where pages lent to this cell appear
#define CELL_STACK_TOP   0x0000000040000000u // the stack grows down from here
#define CELL_START_BASE  0x0000000050000000u // struct start_info, read-only
#define CELL_DEVICE_BASE 0x0000000060000000u // devices' memory, each CELL_DEVICE_SPAN further up
#define CELL_TOP         0x00007ffffffff000u // end of user space; the last page is never mapped

enum {
    CELL_CODE_PAGES_MAX = 16384, // of an image in memory: 64 MiB
    CELL_LEASE_PAGES = 24,   // enough for the largest method in abi/*.idl, which idlc checks
    CELL_WINDOW_PAGES = 256, // the longest lease
    CELL_DEVICE_SPAN = 4 << 20,
};

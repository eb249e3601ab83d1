// SPDX-License-Identifier: GPL-3.0-or-later
#include "place.h"
#include "os/random.h"

enum { PAGES_PER_TABLE = 512, AREAS = 3 };

// A block is a table of the second level, in one of the third; at the worst the first and the last
// page lie in last-level tables that they hardly use.
static uint32_t area_tables(uint64_t pages)
{
    return pages == 0 ? 0 : 2 + (uint32_t)((pages + 2 * PAGES_PER_TABLE - 2) / PAGES_PER_TABLE);
}

uint32_t places_tables(uint64_t code, uint64_t heap, uint64_t stack)
{
    return area_tables(code) + area_tables(heap) + area_tables(stack);
}

// Three different blocks.
static void blocks_draw(uint64_t block[AREAS])
{
    block[0] = random_word() % CELL_BLOCKS;
    block[1] = (block[0] + 1 + random_word() % (CELL_BLOCKS - 1)) % CELL_BLOCKS;
    const uint64_t low = block[0] < block[1] ? block[0] : block[1],
                   high = block[0] ^ block[1] ^ low;
    block[2] = random_word() % (CELL_BLOCKS - 2);
    block[2] += block[2] >= low;
    block[2] += block[2] >= high;
}

static uint64_t area_draw(uint64_t block, uint64_t pages)
{
    return cell_place(block, 1 + random_word() % (CELL_BLOCK_PAGES - 1 - pages));
}

struct places places_draw(uint64_t code, uint64_t heap, uint64_t stack)
{
    uint64_t block[AREAS];
    blocks_draw(block);
    return (struct places){.code = area_draw(block[0], code),
                           .heap = area_draw(block[1], heap),
                           .stack = area_draw(block[2], stack) + stack * PAGE_SIZE};
}

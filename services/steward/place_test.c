// SPDX-License-Identifier: GPL-3.0-or-later
#include "place.h"
#include "tests/unit.h"

enum { BLOCK = 1 << 30, ROUNDS = 20000 };

// Looks random, and is the same in every run (xorshift64*, Vigna 2016).
uint64_t random_word(void)
{
    static uint64_t state = 0x2545f4914f6cdd1d;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1d;
}

static uint64_t random_below(uint64_t count)
{
    return random_word() % count;
}

static uint64_t block_of(uint64_t address)
{
    return (address - CELL_PLACES) / BLOCK;
}

// Whole, in one block, and not at its edges.
static void check_area(uint64_t first, uint64_t pages)
{
    const uint64_t end = first + pages * PAGE_SIZE;
    CHECK(first % PAGE_SIZE == 0 && first > CELL_PLACES && end < CELL_TOP);
    CHECK(block_of(first - PAGE_SIZE) == block_of(end));
}

// Last-level tables that these pages really touch, and the two above.
static uint64_t tables_of(uint64_t first, uint64_t pages)
{
    const uint64_t span = 512 * PAGE_SIZE;
    return pages == 0 ? 0 : 3 + (first + pages * PAGE_SIZE - 1) / span - first / span;
}

int main(void)
{
    uint64_t changed[3] = {0}, blocks[2] = {~0ull, 0};
    struct places last = {0};
    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint64_t code = 1 + random_below(i % 7 ? 64 : CELL_CODE_PAGES_MAX);
        const uint64_t heap = random_below(i % 7 ? 64 : CELL_HEAP_PAGES_MAX + 1);
        const uint64_t stack = 1 + random_below(CELL_STACK_PAGES_MAX);
        const struct places p = places_draw(code, heap, stack);
        const uint64_t bottom = p.stack - stack * PAGE_SIZE;
        check_area(p.code, code);
        check_area(p.heap, heap);
        check_area(bottom, stack);
        CHECK(block_of(p.code) != block_of(p.heap) && block_of(p.code) != block_of(bottom));
        CHECK(block_of(p.heap) != block_of(bottom));
        CHECK(tables_of(p.code, code) + tables_of(p.heap, heap) + tables_of(bottom, stack) <=
              places_tables(code, heap, stack));
        changed[0] |= p.code ^ last.code;
        changed[1] |= p.heap ^ last.heap;
        changed[2] |= p.stack ^ last.stack;
        blocks[0] = block_of(p.code) < blocks[0] ? block_of(p.code) : blocks[0];
        blocks[1] = block_of(p.code) > blocks[1] ? block_of(p.code) : blocks[1];
        last = p;
    }
    for (unsigned i = 0; i < 3; i++) // every bit of every place
        CHECK_EQ(changed[i], 0x00007fffffffffff & ~(uint64_t)(PAGE_SIZE - 1));
    CHECK(blocks[0] < 100 && blocks[1] > CELL_BLOCKS - 100);
    return unit_done();
}

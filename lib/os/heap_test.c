// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/heap.h"
#include "tests/unit.h"
#include <stdlib.h>

enum { PAGES = 300, ROUNDS = 20000, HELD = 40 };

static int all_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0)
            return 0;
    return 1;
}

static void test_edges(uint8_t *area)
{
    struct heap h;
    void *p = NULL, *q = NULL;
    heap_begin(&h, area, 4);
    CHECK_EQ(h.used, 1); // the map's own page
    CHECK_EQ(heap_take(&h, 0, &p), ERR_BAD_ARGUMENT);
    CHECK_EQ(heap_take(&h, 4, &p), ERR_NO_MEMORY);
    CHECK_EQ(heap_take(&h, (size_t)-1, &p), ERR_NO_MEMORY);
    CHECK(p == NULL);
    CHECK_EQ(heap_take(&h, 3, &p), ERR_OK);
    CHECK_EQ(heap_take(&h, 1, &q), ERR_NO_MEMORY);
    CHECK_EQ(heap_give(&h, (uint8_t *)p + 1, 1), ERR_BAD_ADDRESS);
    CHECK_EQ(heap_give(&h, p, 4), ERR_BAD_ADDRESS);
    CHECK_EQ(heap_give(&h, p, 0), ERR_BAD_ADDRESS);
    CHECK_EQ(heap_give(&h, area, 1), ERR_BAD_ADDRESS); // the map itself
    CHECK_EQ(heap_give(&h, area - PAGE_SIZE, 1), ERR_BAD_ADDRESS);
    CHECK_EQ(heap_give(&h, (uint8_t *)p + PAGE_SIZE, 1), ERR_OK); // part of it
    CHECK_EQ(heap_give(&h, p, 3), ERR_BAD_ADDRESS);               // now has a hole
    CHECK_EQ(heap_take(&h, 1, &q), ERR_OK);
    CHECK(q == (uint8_t *)p + PAGE_SIZE);
    CHECK_EQ(heap_give(&h, p, 3), ERR_OK);
    CHECK_EQ(h.used, 1);
    memset(area, 0, PAGE_SIZE);

    heap_begin(&h, NULL, 0); // a cell without a heap
    CHECK_EQ(heap_take(&h, 1, &p), ERR_NO_MEMORY);
    CHECK_EQ(heap_give(&h, p, 1), ERR_BAD_ADDRESS);
}

// Random takes and gives: no two blocks overlap, every block comes zeroed, nothing leaks.
static void test_random(uint8_t *area)
{
    struct {
        uint8_t *at;
        size_t pages;
    } held[HELD] = {0};
    struct heap h;
    unsigned bad = 0;
    heap_begin(&h, area, PAGES);
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        size_t i = (size_t)rand() % HELD;
        if (held[i].at != NULL) {
            for (size_t k = 0; k < held[i].pages * PAGE_SIZE; k += 512)
                bad += held[i].at[k] != (uint8_t)(i + 1);
            bad += heap_give(&h, held[i].at, held[i].pages) != ERR_OK;
            held[i].at = NULL;
            continue;
        }
        void *p;
        held[i].pages = (size_t)rand() % 16 + 1;
        if (heap_take(&h, held[i].pages, &p) != ERR_OK)
            continue;
        held[i].at = p;
        bad += !all_zero(p, held[i].pages * PAGE_SIZE);
        memset(p, (int)i + 1, held[i].pages * PAGE_SIZE);
    }
    CHECK_EQ(bad, 0);
    for (size_t i = 0; i < HELD; i++)
        if (held[i].at != NULL)
            CHECK_EQ(heap_give(&h, held[i].at, held[i].pages), ERR_OK);
    CHECK_EQ(h.used, 1);
    CHECK_EQ(h.lowest, 1);
    CHECK(all_zero(area + PAGE_SIZE, (PAGES - 1) * PAGE_SIZE));
}

int main(void)
{
    uint8_t *area = aligned_alloc(PAGE_SIZE, PAGES * PAGE_SIZE);
    memset(area, 0, PAGES * PAGE_SIZE);
    test_edges(area);
    test_random(area);
    free(area);
    return unit_done();
}

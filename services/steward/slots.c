// SPDX-License-Identifier: GPL-3.0-or-later
#include "slots.h"
#include "abi/syscall.h"
#include "gen/cell.h"
#include "gen/untyped.h"
#include <string.h>

err_t slot_take(struct slots *s, uint32_t *slot)
{
    for (uint32_t i = 0; i < STEWARD_SLOTS / 64; i++) {
        if (s->used[i] == ~(uint64_t)0)
            continue;
        uint32_t bit = (uint32_t)__builtin_ctzll(~s->used[i]);
        s->used[i] |= (uint64_t)1 << bit;
        *slot = i * 64 + bit;
        return ERR_OK;
    }
    return ERR_NO_SLOT;
}

void slot_give(struct slots *s, uint32_t slot)
{
    s->used[slot / 64] &= ~((uint64_t)1 << slot % 64);
}

uint32_t slots_taken(const struct slots *s)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < STEWARD_SLOTS; i++)
        taken += s->used[i / 64] >> i % 64 & 1;
    return taken;
}

err_t slot_delete(struct slots *s, cap_t handle)
{
    err_t err = cell_delete(CAP_SELF, handle);
    if (err == ERR_OK)
        slot_give(s, slot_of(handle));
    return err;
}

void memory_begin(struct memory *m, uint32_t untyped_count)
{
    memset(m, 0, sizeof *m);
    for (uint32_t i = 0; i < INIT_FREE; i++)
        m->slots.used[i / 64] |= (uint64_t)1 << i % 64;
    m->untyped_count = untyped_count;
}

// Try `carve` on each piece until one has room.
static err_t carve_any(struct memory *m, uint64_t pages, cap_t *handle,
                       err_t (*carve)(cap_t from, uint32_t slot, uint64_t pages, cap_t *handle))
{
    uint32_t slot;
    err_t err = slot_take(&m->slots, &slot);
    if (err != ERR_OK)
        return err;
    err = ERR_NO_MEMORY;
    for (uint32_t i = 0; i < m->untyped_count && err == ERR_NO_MEMORY; i++)
        err = carve(cap_first(INIT_UNTYPED + i), slot, pages, handle);
    if (err != ERR_OK)
        slot_give(&m->slots, slot);
    return err;
}

static err_t carve_piece(cap_t from, uint32_t slot, uint64_t pages, cap_t *handle)
{
    return untyped_retype_untyped(from, slot, pages, RIGHT_ALL, handle);
}

static err_t carve_endpoint(cap_t from, uint32_t slot, uint64_t pages, cap_t *handle)
{
    (void)pages;
    return untyped_retype_endpoint(from, slot, handle);
}

err_t memory_piece(struct memory *m, uint64_t pages, cap_t *piece)
{
    return carve_any(m, pages, piece, carve_piece);
}

err_t memory_endpoint(struct memory *m, cap_t *endpoint)
{
    return carve_any(m, 0, endpoint, carve_endpoint);
}

uint64_t memory_free(const struct memory *m)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < m->untyped_count; i++) {
        uint64_t pages, left;
        if (untyped_info(cap_first(INIT_UNTYPED + i), &pages, &left) == ERR_OK)
            total += left;
    }
    return total;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the signed bundle: its entry table and the plan in it. The loader has verified every
// byte; the steward still refuses numbers that are out of range, so that a mistake of the tool that
// made the bundle becomes a sentence and not a strange machine.
//
// Rules: pure functions of the bundle's bytes, to which the view points. Total and bounded.
#pragma once
#include "abi/bundle.h"
#include "abi/plan.h"

struct bundle_view {
    const uint8_t *payload;
    uint64_t payload_size; // bytes
    const struct bundle_header *header;
    const struct bundle_entry *entries;
    uint32_t entry_count;
    const struct plan_ceiling *ceiling;
    const struct plan_cell *cells; // cell 0 is the steward
    uint32_t cell_count;
    uint32_t grant_count;
    struct plan_grant grants[PLAN_GRANTS_MAX]; // a copy: they need not be aligned in the bundle
};

// Check the bundle of `pages` pages at `bundle`, header page first. On failure `*why` says in words
// what is wrong, and with which cell (its number, or PLAN_CELLS_MAX if with none in particular).
// Errors: BAD_DATA.
MUST_USE err_t plan_read(const uint8_t *bundle, uint64_t pages, struct bundle_view *out,
                         const char **why, uint32_t *culprit);

// The number of the cell that implements `service`, PLAN_CELLS_MAX if none does.
uint32_t plan_server(const struct bundle_view *v, uint32_t service);

// Page tables below the top one that a cell of this plan needs for its areas.
uint32_t plan_tables(const struct bundle_view *v, uint32_t cell);

// Pages of all frames and of the untyped memory that a cell of this plan gets.
uint64_t plan_pages(const struct bundle_view *v, uint32_t cell);

static inline const struct bundle_entry *plan_image(const struct bundle_view *v, uint32_t cell)
{
    return &v->entries[v->cells[cell].image];
}

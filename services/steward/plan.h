// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the signed bundle: its entry table and the plan in it. The loader has verified every
// byte; the steward still refuses numbers that are out of range, so that a mistake of the tool that
// made the bundle becomes a sentence and not a strange machine.
//
// Rules: pure functions of the bundle's bytes, to which the view points. Total and bounded.
#pragma once
#include "abi/bundle.h"
#include "abi/plan.h"
#include <stdbool.h>

// An app that was installed since the start: what the plan would say of it, and its image.
struct plan_guest {
    bool there;
    uint64_t serial; // rises from guest to guest: identities are never used again
    struct plan_cell cell;
    struct bundle_entry image;
    const uint8_t *payload; // that the image's offsets are in
    uint64_t payload_size;
    uint32_t grant_count;
    struct plan_grant grants[PLAN_APP_GRANTS];
};

// Numbers of cells: those of the plan, then guests from PLAN_CELLS_MAX on. One guest more than may
// be installed: it takes another's place while both are there.
enum { GUESTS = PLAN_APPS_MAX + 1, CELLS_MAX = PLAN_CELLS_MAX + GUESTS };

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
    struct plan_guest guests[GUESTS];          // none when the bundle was read
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

// The identity with which services know a cell, and back: CELLS_MAX if it is nobody's any more.
uint64_t plan_identity(const struct bundle_view *v, uint32_t number);
uint32_t plan_number(const struct bundle_view *v, uint64_t identity);

// The cell of that number, null if there is none.
const struct plan_cell *plan_cell(const struct bundle_view *v, uint64_t number);

// Of a cell that is there: its image, the bytes that this is in, its grants.
const struct bundle_entry *plan_image(const struct bundle_view *v, uint32_t cell);
const uint8_t *plan_payload(const struct bundle_view *v, uint32_t cell);
const struct plan_grant *plan_grants(const struct bundle_view *v, uint32_t cell, uint32_t *count);

// Whether it is one word: printable, no blank, not empty, zero-padded.
bool plan_word_good(const char word[BUNDLE_NAME]);

// What is wrong with the numbers of a cell by itself, in words; null if nothing is.
const char *plan_cell_wrong(const struct plan_cell *cell);

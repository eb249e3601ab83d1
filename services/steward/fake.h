// SPDX-License-Identifier: GPL-3.0-or-later
// For unit tests: a small bundle in memory, and a kernel that writes down what it is asked. Frames
// have real memory, so what a tenant would see can be looked at.
#pragma once
#include "image.h"
#include "plan.h"
#include "slots.h"
#include "tenant.h"

enum { FAKE_PAGES = 64, FAKE_FRAMES = 512, FAKE_DERIVES = 128, FAKE_SEALS = 512 };

// The bundle: steward, console (driver), log, vault and app, in this order.
enum fake_cell { FAKE_STEWARD, FAKE_CONSOLE, FAKE_LOG, FAKE_ENTROPY, FAKE_APP, FAKE_CELLS };

struct fake_bundle {
    _Alignas(PAGE_SIZE) uint8_t bytes[FAKE_PAGES * PAGE_SIZE];
    struct bundle_header *header;
    struct bundle_entry *entries;
    struct plan *plan;
    struct plan_ceiling *ceiling;
    struct plan_cell *cells;
    uint8_t *grants; // struct plan_grant each, unaligned
};

// Every cell's image: two pages of text, one each of constants, tables and data, two of zeroes;
// page n is filled with 16 * cell + n + 1. Its tree's hash n is filled with 0x80 + n.
enum {
    FAKE_SEALED = 3, // pages of text and constants
    FAKE_IMAGE = 7,  // pages in memory
    FAKE_TREE = 6,   // hashes
    FAKE_RELOCS = 2,
    FAKE_RELOC_TABLE = 3 * PAGE_SIZE + 8,
    FAKE_RELOC_DATA = 4 * PAGE_SIZE + 16,
};

void fake_bundle_make(struct fake_bundle *b);
// What making the bundle's cells takes: memory out of so many untyped, and an endpoint for each
// service. All three must outlive the house.
struct house fake_house(const struct bundle_view *v, struct memory *memory, uint32_t untyped,
                        cap_t endpoints[START_SERVICES]);
struct plan_grant fake_grant(const struct fake_bundle *b, uint32_t i);
void fake_grant_put(struct fake_bundle *b, uint32_t i, const struct plan_grant *g);

struct fake_frame {
    cap_t handle, from;
    uint64_t pages;
    uint8_t *memory; // what it holds; null: deleted
    cap_t cell;      // where it is mapped
    uint64_t address;
    uint32_t access;
    bool mapped;
};

// A sealed page; its bytes are in its frame. Siblings of the proof: the first byte of each.
struct fake_seal {
    cap_t cell;
    uint64_t address;
    uint32_t index, kind, hashes;
    uint8_t siblings[2];
    const uint8_t *memory;
};

struct fake_derive {
    cap_t cell, source;
    uint32_t slot, rights;
    uint64_t methods, identity, expiry;
    cap_t handle;
};

struct fake_kernel {
    struct fake_frame frames[FAKE_FRAMES];
    uint32_t frame_count;
    struct fake_seal seals[FAKE_SEALS];
    uint32_t seal_count;
    uint64_t code, code_pages; // what the tenant's code was said to be
    uint64_t code_root;        // its first word
    uint64_t stack;            // with which it was started
    struct fake_derive derives[FAKE_DERIVES];
    uint32_t derive_count;
    cap_t cell;       // the tenant
    uint32_t objects; // capabilities in the steward's table beyond those at the start
    cap_t piece;      // the last one of the machine's memory
    cap_t busy;       // what is carved out of it is lent: it cannot be revoked
    uint32_t revokes;
    nsec_t now;
    uint64_t reserved;       // pages reserved in the tenant
    uint64_t piece_pages;    // of the last piece carved
    uint64_t amount, period; // of the last budget
    uint32_t budgets;        // given to threads
    uint64_t carved;         // pages carved out of it
    uint32_t fail_at;        // this call from now on fails; 0: none
    uint32_t calls;          // made so far
    uint32_t starts, stops;
    uint64_t entry, priority, flags;
    uint64_t random, token; // the next random word; of the last call that was kept
    uint64_t answered;      // token of the last late answer,
    err_t answer;           // and the answer
    uint64_t answer_word;
    uint32_t answers;
    uint64_t slots_full; // bit n: slot CONSENT_SLOT_FIRST + n of the tenant is in use
};

extern struct fake_kernel kernel;

void fake_kernel_reset(void);

// The frame mapped at that address of the tenant, or the page sealed there; null if there is none.
const struct fake_frame *fake_mapped(uint64_t address);
const struct fake_seal *fake_sealed(uint64_t address);

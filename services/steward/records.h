// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, for the journal: a short queue that forgets the oldest.
#pragma once
#include "abi/bundle.h"
#include "abi/record.h"
#include "abi/types.h"

enum { RECORD_COUNT = 64 };

struct record {
    uint32_t kind; // enum record_kind
    char name[BUNDLE_NAME];
    uint64_t cause, detail;
    nsec_t time;
};

struct records {
    struct record ring[RECORD_COUNT];
    uint32_t first, count;
    uint32_t lost; // overwritten since the last one was taken
};

void records_add(struct records *r, const struct record *what);

// The oldest one, and how many before it were overwritten. Errors: NOT_FOUND.
MUST_USE err_t records_take(struct records *r, struct record *out, uint32_t *lost);

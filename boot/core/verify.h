// SPDX-License-Identifier: GPL-3.0-or-later
// Is this bundle the one to start? The answer is a number gathered from the data of every check:
// only BOOT_VERIFIED is a yes, and a check that was skipped leaves its share out.
#pragma once
#include "abi/boot_info.h"
#include "core/counter.h"
#include "format/bundle.h"

#define BOOT_VERIFIED 0x7d1e93a64bc8f250u

struct verify_rules {
    const uint8_t *key; // hybrid public key, HYBRID_PUBLIC_SIZE bytes: the only one that counts
    uint64_t rollback_index_min; // lower is refused
    struct counter counter;      // lower than this is refused too
    enum boot_entry entry;       // how the loader was started
};

struct verified {
    const struct bundle_header *header;
    const uint8_t *payload;
    struct bundle_view view;
    uint8_t digest[32]; // BLAKE3 of the header's signed bytes
};

// Reads exactly `size` bytes at `bundle`, which must be 8-byte aligned. `*proof` becomes
// BOOT_VERIFIED only together with BOOT_CLEAR and a filled `out`; otherwise it is something else.
MUST_USE enum boot_stop verify_bundle(const struct verify_rules *rules, const void *bundle,
                                      uint64_t size, struct verified *out, uint64_t *proof);

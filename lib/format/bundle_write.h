// SPDX-License-Identifier: GPL-3.0-or-later
// Making a system bundle (abi/bundle.h) from its parts. The result lacks only the signatures:
// the caller signs what bundle_message gives into header->signature. The same parts give the same
// bytes, everywhere.
#pragma once
#include "format/bundle.h"

// One entry to be. The caller fills the entry's name and kind, and for an image bss_pages, start
// and the sizes of its parts; the writer fills the rest.
struct bundle_part {
    struct bundle_entry entry;
    const uint8_t
        *bytes;    // of an image, as in memory: each part on whole pages, filled up with zeroes
    uint64_t size; // of `bytes`
    const uint32_t *relocs; // of an image
    uint64_t reloc_count;
};

struct bundle_draft {
    char profile[BUNDLE_NAME];
    char version[BUNDLE_NAME];
    uint64_t rollback_index;
    uint32_t flags;
    uint8_t signer[32];
    const struct bundle_part *parts;
    uint32_t part_count;
};

// Bytes of the bundle that this draft becomes, header included; 0 if it is more than the format
// holds.
MUST_USE uint64_t bundle_write_size(const struct bundle_draft *draft);

// Writes exactly bundle_write_size bytes, then checks them as the loader will: the answer is the
// loader's (apart from the signatures and what only the loader knows).
MUST_USE enum boot_stop bundle_write(const struct bundle_draft *draft, uint8_t *out,
                                     uint64_t capacity);

// One image alone, as in a package: parts, code tree and relocations from offset 0, filled up to
// whole pages. Returns the bytes that it takes, 0 if its shape is wrong; with less than that, or
// without `out`, nothing is written.
uint64_t bundle_image_write(const struct bundle_part *part, struct bundle_entry *entry,
                            uint8_t *out, uint64_t capacity);

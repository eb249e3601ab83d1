// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and checking a system bundle (abi/bundle.h). Every function is total: any bytes give an
// answer, nothing outside what the caller names is read. Order of use: bundle_recognise, then both
// signatures (by the caller, who has the key), then bundle_check_header, then the Merkle root, then
// bundle_check_payload; nothing is believed before it is authenticated.
#pragma once
#include "abi/bundle.h"
#include "format/boot_stop.h"

// What the payload holds, filled by bundle_check_payload. Pointers go into the payload.
struct bundle_view {
    const struct bundle_entry *entries;
    uint32_t count;
    uint32_t kernel;  // index of the one kernel
    uint32_t steward; // index of the cell named "steward"
};

// Is there a header of this format and architecture, and can `size` bytes hold a bundle?
MUST_USE enum boot_stop bundle_recognise(const void *bundle, uint64_t size);

// What both signatures sign: the domain, then the header's first BUNDLE_SIGNED bytes.
void bundle_message(const struct bundle_header *header, uint8_t out[static BUNDLE_MESSAGE]);

// The unsigned rest of the header: the padding is zero.
MUST_USE enum boot_stop bundle_check_unsigned(const struct bundle_header *header);

// The signed fields: ranges, names, flags, zero bytes, and that `size` is exactly the bundle's.
MUST_USE enum boot_stop bundle_check_header(const struct bundle_header *header, uint64_t size);

// The Merkle root over `pages` pages.
void bundle_root(const uint8_t *payload, uint64_t pages, uint8_t root[32]);

// The entry table, and that every byte of the payload is what and where the table says. `header`
// passed bundle_check_header and payload holds header->payload_pages pages. Whether the stored code
// trees are those of the images is not looked at: the payload's root vouches for both, and a wrong
// one only makes a cell that the kernel refuses to run. bundle_check_trees is for whoever makes and
// inspects images.
MUST_USE enum boot_stop bundle_check_payload(const struct bundle_header *header,
                                             const uint8_t *payload, struct bundle_view *out);

// Hashes every image's pages again. `view` is of bundle_check_payload. Not part of the loader.
MUST_USE enum boot_stop bundle_check_trees(const struct bundle_view *view, const uint8_t *payload);

// The same for one image that lies alone in `size` bytes, which are aligned to BUNDLE_ALIGN, as in
// a package: structure, then code tree.
MUST_USE enum boot_stop bundle_check_image(const struct bundle_entry *entry, const uint8_t *bytes,
                                           uint64_t size);
MUST_USE enum boot_stop bundle_check_tree(const struct bundle_entry *entry, const uint8_t *bytes);

// One image's shape: there is text, it starts in it, and it is not too large for its kind.
int bundle_image_good(const struct bundle_entry *entry);

// Its relocations: aligned words inside relro and data, ascending. `relocs` holds `count` of them.
int bundle_relocs_good(const struct bundle_entry *entry, const uint32_t *relocs, uint64_t count);

// Are these bytes all zero?
int bundle_zero(const void *bytes, uint64_t count);

// Is `name` a name: printable ASCII without spaces, at least one character, zero-padded to its end?
int bundle_name_good(const char name[BUNDLE_NAME]);

static inline int bundle_has_image(const struct bundle_entry *entry)
{
    return entry->kind == BUNDLE_KERNEL || entry->kind == BUNDLE_CELL;
}

// Pages of text and constants, the ones that never change: the leaves of the code tree.
static inline uint32_t bundle_sealed_pages(const struct bundle_entry *entry)
{
    return bundle_part_first(entry, BUNDLE_RELRO);
}

// Pages that an entry's loaded program takes, zeroes included. For checked entries.
static inline uint64_t bundle_image_pages(const struct bundle_entry *entry)
{
    return (uint64_t)bundle_part_first(entry, BUNDLE_PARTS) + entry->bss_pages;
}

// Writes the image's pages without bss, at `to`: its parts and the zeroes behind each. `entry` is
// checked.
void bundle_unpack(const struct bundle_entry *entry, const uint8_t *payload, uint8_t *to);

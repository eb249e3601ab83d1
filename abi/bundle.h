// SPDX-License-Identifier: GPL-3.0-or-later
// The system bundle, format 2: one header page, then the payload, which starts with the entry
// table. Rules: everything is little-endian; the two signatures (crypto/hybrid.h) cover the first
// BUNDLE_SIGNED bytes of the header, with BUNDLE_DOMAIN before them, and both must verify; these
// bytes hold the Merkle root over the payload; every byte not named here is zero and is checked to
// be. `policy` signs what the loader measures of these bytes, and so is measured as zero
// (format/measure.h). The Merkle tree is RFC 6962's shape over 4096-byte leaves (the payload is a
// whole number of pages), hashed with BLAKE3: leaf = H(0x00 || page), node = H(0x01 || left ||
// right).
#pragma once
#include "abi/types.h"

enum {
    BUNDLE_FORMAT = 2,
    BUNDLE_HEADER_SIZE = 4096,
    BUNDLE_SIGNED = 512, // bytes of the header that the signatures cover
    BUNDLE_NAME = 32,    // bytes of a name, zero-padded, at least one zero
    BUNDLE_ENTRIES_MAX = 128,
    BUNDLE_PAGES_MAX = 4096, // 16 MiB of payload
    BUNDLE_ARCH_X86_64 = 1,
    BUNDLE_FORMAT_OLD = 1,     // one signature; refused
    BUNDLE_SIGNATURE = 64,     // Ed25519
    BUNDLE_SIGNATURE_2 = 3309, // ML-DSA-65
    BUNDLE_POLICY = 64,        // of the TPM's kind: P-256
    BUNDLE_DOMAIN_SIZE = 16,
    BUNDLE_MESSAGE = BUNDLE_DOMAIN_SIZE + BUNDLE_SIGNED, // bytes that are signed
};

#define BUNDLE_MAGIC 0x4c444e42414c4543u // "CELABNDL"

// Before the header's bytes in what is signed, zero-padded to BUNDLE_DOMAIN_SIZE.
#define BUNDLE_DOMAIN "cella bundle 2"

enum bundle_flag {
    BUNDLE_DIRECT =
        1, // for direct boot, which nothing measures; UEFI refuses it, direct boot requires it
};

struct bundle_header {
    uint64_t magic;
    uint32_t format;
    uint32_t arch;
    char profile[BUNDLE_NAME];
    char version[BUNDLE_NAME]; // for people
    uint64_t rollback_index;   // for machines: never lower than what the loader demands
    uint32_t flags;            // enum bundle_flag
    uint32_t entry_count;
    uint64_t payload_pages;
    uint8_t root[32];   // Merkle root over the payload
    uint8_t signer[32]; // hybrid_id of the key that signs, so that a wrong one can be named
    uint8_t policy_key[BUNDLE_POLICY]; // P-256, x and y; zero: none, and in direct images
    uint8_t policy[BUNDLE_POLICY];     // its signature, r and s, for the TPM (seal_policy.h)
    uint8_t zero_signed[BUNDLE_SIGNED - 168 - 2 * BUNDLE_POLICY];
    uint8_t signature[BUNDLE_SIGNATURE + BUNDLE_SIGNATURE_2]; // hybrid
    uint8_t zero[BUNDLE_HEADER_SIZE - BUNDLE_SIGNED - BUNDLE_SIGNATURE - BUNDLE_SIGNATURE_2];
};

enum bundle_kind {
    BUNDLE_KERNEL = 1,   // image
    BUNDLE_CELL = 2,     // image
    BUNDLE_PLAN = 3,     // struct plan (abi/plan.h): who exists and who may call what
    BUNDLE_MANIFEST = 4, // TOML text, for people and `cella inspect`
    BUNDLE_PROFILE = 5,  // TOML text
};

// The parts of an image, in the order in which they lie in memory and in the payload. What is no
// image has one part, its bytes.
enum bundle_part_number {
    BUNDLE_TEXT = 0,   // read, execute
    BUNDLE_RODATA = 1, // read
    BUNDLE_RELRO = 2,  // tables with addresses in them: written once, by relocation; then read
    BUNDLE_DATA = 3,   // read, write; then bss_pages of zeroes
    BUNDLE_PARTS = 4,
    BUNDLE_BYTES = 0,
};

enum { BUNDLE_ALIGN = 32 }; // of everything in the payload

struct bundle_span { // bytes of the payload; both 0 if there are none
    uint32_t offset;
    uint32_t size;
};

// In memory each part of an image begins on a page and is filled up with zeroes to whole pages; in
// the payload neither, so that small cells are small. Image offsets count bytes in memory, from the
// first byte of the text. An image can lie at any page: nothing in text and rodata depends on
// where, and a relocation is the image offset of a 64-bit word in relro or data, aligned to 8, to
// which the image's base address is added.
//
// The payload holds the entry table, then for each entry in the table's order its parts, its code
// tree and its relocations, each as early as BUNDLE_ALIGN allows, and nothing else: the sizes fix
// every offset.
struct bundle_entry {
    char name[BUNDLE_NAME];
    uint32_t kind;
    uint32_t bss_pages;
    struct bundle_span part[BUNDLE_PARTS];
    struct bundle_span tree; // the stored code tree (abi/code.h) over the pages of text and rodata
    struct bundle_span relocs; // u32 image offsets, ascending
    uint64_t start;            // image offset of the entry point
    uint8_t root[32];          // the tree's root
};

_Static_assert(sizeof(struct bundle_header) == BUNDLE_HEADER_SIZE, "the header is one page");
_Static_assert(sizeof(struct bundle_entry) == 128, "no padding");

// Pages that part `part` takes in memory, without bss.
static inline uint32_t bundle_part_pages(const struct bundle_entry *entry, unsigned part)
{
    return entry->part[part].size / PAGE_SIZE + (entry->part[part].size % PAGE_SIZE != 0);
}

// Image offset, in pages, of the part; of BUNDLE_PARTS: all pages but bss.
static inline uint32_t bundle_part_first(const struct bundle_entry *entry, unsigned part)
{
    uint32_t first = 0;
    for (unsigned i = 0; i < part; i++)
        first += bundle_part_pages(entry, i);
    return first;
}

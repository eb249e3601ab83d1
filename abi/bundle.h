// SPDX-License-Identifier: GPL-3.0-or-later
// The system bundle, format 2: one header page, then the payload, which starts with the entry
// table. Rules: everything is little-endian; the two signatures (crypto/hybrid.h) cover the first
// BUNDLE_SIGNED bytes of the header, with BUNDLE_DOMAIN before them, and both must verify; these
// bytes hold the Merkle root over the payload; every byte not named here is zero and is checked to
// be. `policy` alone is under no signature of ours: it signs the digest of those bytes. The loader
// does not look at it; the TPM does, and opens nothing for an image whose policy is wrong. The
// Merkle tree is RFC 6962's shape over 4096-byte leaves (the payload is a whole number of pages),
// hashed with BLAKE3: leaf = H(0x00 || page), node = H(0x01 || left || right).
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
    uint8_t zero_signed[BUNDLE_SIGNED - 168 - BUNDLE_POLICY];
    uint8_t signature[BUNDLE_SIGNATURE + BUNDLE_SIGNATURE_2]; // hybrid
    uint8_t policy[BUNDLE_POLICY]; // policy_key's, over what the TPM will show (seal_policy.h)
    uint8_t zero[BUNDLE_HEADER_SIZE - BUNDLE_SIGNED - BUNDLE_SIGNATURE - BUNDLE_SIGNATURE_2 -
                 BUNDLE_POLICY];
};

enum bundle_kind {
    BUNDLE_KERNEL = 1,   // image, with relocations
    BUNDLE_CELL = 2,     // image, at CELL_CODE_BASE, no relocations
    BUNDLE_PLAN = 3,     // struct plan (abi/plan.h): who exists and who may call what
    BUNDLE_MANIFEST = 4, // TOML text, for people and `cella inspect`
    BUNDLE_PROFILE = 5,  // TOML text
};

// An image lies in the payload as whole pages in this order: text (read, execute), rodata (read),
// data (read, write); the loaded program has bss_pages of zeroes after them. Offsets are from the
// payload's start.
struct bundle_entry {
    char name[BUNDLE_NAME];
    uint32_t kind;
    uint32_t zero;
    uint64_t offset; // page-aligned
    uint64_t size;   // bytes; for an image, (text + rodata + data) pages
    uint32_t text_pages;
    uint32_t rodata_pages;
    uint32_t data_pages;
    uint32_t bss_pages;
    uint64_t start;        // entry point, from the image's first byte
    uint64_t reloc_offset; // kernel: page-aligned array of u32, each the image offset of a 64-bit
    uint64_t reloc_count;  //   word to which the image's base address is added
};

_Static_assert(sizeof(struct bundle_header) == BUNDLE_HEADER_SIZE, "the header is one page");
_Static_assert(sizeof(struct bundle_entry) == 96, "no padding");

// SPDX-License-Identifier: GPL-3.0-or-later
// What the loader hands to the kernel: one versioned structure, at the address in the first
// argument register (inside the physical map). The steward gets a copy, and the kernel forgets the
// seeds.
//
// Machine state at the kernel's entry: 64-bit mode, interrupts off, direction flag clear, EFER.NXE
// and CR0.WP set. CR3 maps: the kernel image at kernel_virt, text read+execute, rodata read, data
// and bss read+write, never both write and execute; all of RAM read+write, no-execute at physmap,
// without the kernel image's own pages; and in the lower half whatever the loader needed to jump,
// which the kernel discards. Every PCI bus-master bit is clear.
#pragma once
#include "abi/types.h"

#define BOOT_INFO_MAGIC 0x4f464e49414c4543u // "CELAINFO"

enum {
    BOOT_INFO_VERSION = 4,
    BOOT_MEMORY_MAX = 128,
    BOOT_SEED_SIZE = 64,
    BOOT_IRQ_COUNT = 16, // ISA interrupts
};

enum boot_entry { BOOT_UEFI = 1, BOOT_DIRECT = 2 };
enum boot_secure {
    BOOT_SECURE_OFF = 0,
    BOOT_SECURE_ON = 1,
    BOOT_SECURE_NONE = 2
}; // NONE: no such firmware
enum boot_measured {
    BOOT_UNMEASURED = 0, // no TPM, or direct boot
    BOOT_MEASURED = 1,   // the TPM has what enum boot_pcr says, in its SHA-256 bank
};

// Platform configuration registers; 0 to 7 are the firmware's.
enum boot_pcr {
    BOOT_PCR_BUNDLE = 11,   // loader: the signed bytes of the bundle's header
    BOOT_PCR_PROFILE = 12,  // loader: the profile's name (lib/format/measure.h)
    BOOT_PCR_PROGRAMS = 13, // the running system: one for each installed program
};

enum boot_seed_source {
    BOOT_SEED_RDSEED = 1,
    BOOT_SEED_RDRAND = 2,
    BOOT_SEED_FIRMWARE = 4,
    BOOT_SEED_TSC = 8
};

enum boot_memory_kind {
    BOOT_MEMORY_FREE = 1,   // becomes untyped memory
    BOOT_MEMORY_KERNEL = 2, // kernel image, page tables, this structure: never handed out
    BOOT_MEMORY_BUNDLE = 3, // the verified bundle, header page first
};

struct boot_memory { // sorted by base, no overlap; what is not listed is not RAM that may be used
    uint64_t base;   // physical, page-aligned
    uint64_t pages;
    uint32_t kind; // enum boot_memory_kind
    uint32_t zero;
};

struct boot_irq {
    uint32_t gsi;
    uint8_t level; // 1: level-triggered, 0: edge
    uint8_t active_low;
    uint8_t zero[2];
};

struct boot_info {
    uint64_t magic;
    uint32_t version;
    uint32_t size;        // of this structure
    uint32_t entry;       // enum boot_entry
    uint32_t secure_boot; // enum boot_secure
    uint64_t physmap;     // virtual address of physical address 0, randomised
    uint64_t physmap_pages;
    uint64_t kernel_virt; // randomised, 2 MiB aligned
    uint64_t kernel_phys; // randomised, 2 MiB aligned
    uint32_t kernel_text_pages, kernel_rodata_pages, kernel_data_pages, kernel_bss_pages;
    uint64_t bundle_phys;      // of the header page
    uint64_t bundle_pages;     // header page included
    uint8_t bundle_digest[32]; // BLAKE3 of the header's signed bytes
    uint64_t steward_entry;    // index in the bundle's entry table of the cell named "steward"
    uint64_t steward_code;     // where it lies in its cell, randomised
    uint64_t steward_stack;    // and where its stack ends
    uint8_t seed[BOOT_SEED_SIZE];
    uint64_t steward_random[2]; // derived apart from the seed, for what the steward draws
    uint32_t seed_sources;      // enum boot_seed_source bits that went into the seed
    uint32_t measured;          // enum boot_measured
    uint64_t rsdp;              // physical; 0 if the firmware gave none
    uint64_t lapic_phys;
    uint64_t ioapic_phys;
    uint32_t ioapic_gsi_base;
    uint32_t ioapic_count; // redirection entries
    struct boot_irq irq[BOOT_IRQ_COUNT];
    uint64_t tsc_hz;
    uint64_t lapic_hz;    // the LAPIC timer's input clock after division by 1
    uint64_t boot_tsc;    // TSC when the loader started
    uint64_t framebuffer; // physical; 0 if none
    uint32_t framebuffer_width, framebuffer_height, framebuffer_stride,
        framebuffer_format; // stride in pixels; 0 RGBX, 1 BGRX
    uint64_t event_log; // physical; 0 if there is none: TCG2's crypto-agile format, ours included
    uint64_t event_log_size;
    uint32_t memory_count;
    uint32_t zero_2;
    struct boot_memory memory[BOOT_MEMORY_MAX];
};

_Static_assert(sizeof(struct boot_info) <= PAGE_SIZE, "boot information fits in one page");

// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's first page tables (Intel SDM volume 3, section 4.5: four levels), as abi/boot_info.h
// describes them. No page is ever writable and executable. Writes only inside its own pages.
#pragma once
#include "core/phys.h"
#include "core/ranges.h"
#include "format/boot_stop.h"

enum table_access { TABLE_READ, TABLE_EXECUTE, TABLE_WRITE }; // execute and write include read

struct tables {
    struct phys phys;
    uint64_t next, end; // physical: pages not yet used
    uint64_t root;      // physical: for CR3
};

// What the tables must map.
struct tables_plan {
    uint64_t kernel_virt, kernel_phys;
    uint64_t text_pages, rodata_pages, data_pages; // data with bss
    uint64_t physmap;
    const struct ranges *ram; // without the kernel image
    uint64_t jump;            // physical address of the page that is mapped one to one
};

// An upper bound of the pages that tables_build takes.
uint64_t tables_need(const struct ranges *ram, uint64_t kernel_pages);

// `tables` has phys, next and end; NO_TABLES if they do not suffice.
MUST_USE enum boot_stop tables_build(struct tables *tables, const struct tables_plan *plan);

// Maps `pages` pages at `virt` to `base`; with `large`, by 2 MiB wherever that fits.
MUST_USE enum boot_stop tables_map(struct tables *tables, uint64_t virt, uint64_t base,
                                   uint64_t pages, enum table_access access, int large);

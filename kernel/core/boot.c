// SPDX-License-Identifier: GPL-3.0-or-later
#include "boot.h"
#include "abi/start.h"
#include "arch.h"
#include "audit.h"
#include "cell.h"
#include "device.h"
#include "endpoint.h"
#include "frame.h"
#include "interrupt.h"
#include "seal.h"
#include "untyped.h"

uintptr_t physmap;
uint64_t physmap_pages;

// The largest free region pays for the kernel's tables and the steward; what is left of it becomes
// untyped memory.
static struct boot_memory *largest(struct boot_info *boot)
{
    struct boot_memory *best = 0;

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        struct boot_memory *m = &boot->memory[i];

        if (m->kind == BOOT_MEMORY_FREE && (!best || m->pages > best->pages))
            best = m;
    }
    return best;
}

static void *take(struct boot_memory *from, uint64_t bytes)
{
    uint64_t pages = align_up(bytes, PAGE_SIZE) >> PAGE_SHIFT;
    void *p = phys_to_kernel(from->base);

    if (pages > from->pages)
        arch_halt("too little memory to start - give the machine at least 64 MB", 0);
    from->base += pages << PAGE_SHIFT;
    from->pages -= pages;
    memset(p, 0, pages << PAGE_SHIFT);
    return p;
}

static void map(struct cell *cell, void *page, vaddr_t address, uint32_t access)
{
    struct cap c = {
        .object = (uint64_t)page, .type = OBJECT_FRAME, .rights = RIGHT_ALL, .extent = 1};

    vaddr_t at = address;
    uint64_t pages = 1;

    frame_use_set(page, 1, FRAME_PAGE);
    if (space_reserve(cell, &at, &pages) != ERR_OK ||
        frame_map(&c, cell, address, access) != ERR_OK)
        arch_halt("the steward does not fit", 0);
}

// The steward's image while it is put in its place.
struct image {
    const struct bundle_entry *entry;
    const uint8_t *payload;
    struct boot_memory *memory;
    uint32_t relocated; // relocations that are done
    uint64_t index;     // of the next page
};

// The next page, its first `size` bytes from the payload, relocated.
static uint8_t *image_page(struct image *i, const struct cell *cell, const uint8_t *bytes,
                           uint64_t size)
{
    const uint32_t *relocs = (const void *)(i->payload + i->entry->relocs.offset);
    uint64_t end = (i->index + 1) << PAGE_SHIFT;
    uint8_t *page = take(i->memory, PAGE_SIZE);

    memcpy(page, bytes, size < PAGE_SIZE ? size : PAGE_SIZE);
    while (i->relocated < i->entry->relocs.size / sizeof(*relocs) && relocs[i->relocated] < end) {
        *(uint64_t *)(page + relocs[i->relocated] % PAGE_SIZE) += cell->code;
        i->relocated++;
    }
    return page;
}

// A page of text or constants is sealed, as the steward will do it for all others.
static void image_seal(struct image *i, struct cell *cell, uint8_t *page, enum code_kind kind)
{
    const uint32_t *leaf =
        (const void *)(i->payload + i->entry->tree.offset + i->index * CODE_HASH);
    vaddr_t at = cell->code + (i->index << PAGE_SHIFT);
    struct hash hash = {.blocks = 0};
    uint64_t pages = 1;

    while (!hash_page(&hash, page))
        ;
    hash_leaf(hash.value, (uint32_t)i->index, kind);
    frame_use_set(page, 1, FRAME_PAGE);
    if (space_reserve(cell, &at, &pages) != ERR_OK || !hash_equal(hash.value, leaf))
        arch_halt("the steward does not fit, or is not what its code tree says", 0);
    seal_page(cell, frame_of_kernel(page), (uint32_t)i->index, kind, leaf);
}

static void map_image(struct cell *cell, const struct boot_info *boot, struct boot_memory *m)
{
    const uint8_t *payload = (uint8_t *)phys_to_kernel(boot->bundle_phys) + BUNDLE_HEADER_SIZE;
    const struct bundle_entry *e = (const struct bundle_entry *)payload + boot->steward_entry;
    struct image i = {.entry = e, .payload = payload, .memory = m};
    uint64_t w[6] = {boot->steward_code, bundle_part_first(e, BUNDLE_RELRO)};

    memcpy(&w[2], e->root, CODE_HASH);
    if (cell_authorise(cell, w) != ERR_OK)
        arch_halt("the steward does not fit", 0);
    for (unsigned part = 0; part < BUNDLE_PARTS; part++) {
        const uint8_t *bytes = payload + e->part[part].offset;
        uint64_t size = e->part[part].size, pages = bundle_part_pages(e, part);

        if (part == BUNDLE_DATA)
            pages += e->bss_pages;
        for (; pages; pages--, i.index++) {
            uint8_t *page = image_page(&i, cell, bytes, size);

            if (part <= BUNDLE_RODATA)
                image_seal(&i, cell, page, part == BUNDLE_TEXT ? CODE_TEXT : CODE_CONSTANTS);
            else
                map(cell, page, cell->code + (i.index << PAGE_SHIFT),
                    part == BUNDLE_RELRO ? ACCESS_READ : ACCESS_READ | ACCESS_WRITE);
            bytes += PAGE_SIZE;
            size -= size < PAGE_SIZE ? size : PAGE_SIZE;
        }
    }
}

// What the auditor compares the kernel with is in the signed bundle, as for every program.
static void audit_kernel(const struct boot_info *boot)
{
    const uint8_t *payload = (uint8_t *)phys_to_kernel(boot->bundle_phys) + BUNDLE_HEADER_SIZE;
    const struct bundle_entry *e = (const struct bundle_entry *)payload;

    while (e->kind != BUNDLE_KERNEL) // the loader found it
        e++;
    audit_begin((const void *)boot->kernel_virt, bundle_part_first(e, BUNDLE_RODATA),
                bundle_part_first(e, BUNDLE_RELRO), payload + e->tree.offset);
}

static struct init_info *map_start(struct cell *cell, const struct boot_info *boot,
                                   struct boot_memory *m)
{
    struct init_info *info = take(m, PAGE_SIZE);

    map(cell, info, CELL_START_BASE, ACCESS_READ | ACCESS_WRITE);
    for (uint64_t i = 1; i <= STEWARD_STACK_PAGES; i++)
        map(cell, take(m, PAGE_SIZE), boot->steward_stack - i * PAGE_SIZE,
            ACCESS_READ | ACCESS_WRITE);
    return info;
}

// Capabilities to everything: only the steward's carry all rights.
static void give(struct cell *cell, struct thread *t, struct init_info *info,
                 struct boot_info *boot)
{
    uint8_t *bundle = phys_to_kernel(boot->bundle_phys);
    uint32_t slot = INIT_UNTYPED;

    cap_make(cap_root, &cell->slots[INIT_CELL], OBJECT_CELL, (uint64_t)cell, 0, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[INIT_THREAD], OBJECT_THREAD, (uint64_t)t, 0, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[INIT_START], OBJECT_FRAME, (uint64_t)info, 1,
             RIGHT_ALL & ~RIGHT_EXECUTE);
    frame_use_set(bundle, boot->bundle_pages, FRAME_PAGE);
    cap_make(cap_root, &cell->slots[INIT_BUNDLE], OBJECT_FRAME, (uint64_t)bundle,
             boot->bundle_pages, RIGHT_READ);
    cap_make(cap_root, &cell->slots[INIT_PORTS], OBJECT_PORT, 0, 0x10000, RIGHT_ALL);
    cap_make(cap_root, &cell->slots[INIT_DEVICES], OBJECT_DEVICE, 0,
             1ull << (DEVICE_ADDRESS_BITS - PAGE_SHIFT), RIGHT_ALL & ~RIGHT_EXECUTE);
    cap_make(cap_root, &cell->slots[INIT_AUDIT], OBJECT_AUDIT, AUDIT_OBJECT, 0, RIGHT_ALL);
    for (uint32_t i = 0; i < BOOT_IRQ_COUNT; i++) {
        interrupts[i].object.type = OBJECT_INTERRUPT;
        interrupts[i].line = i;
        cap_make(cap_root, &cell->slots[INIT_IRQ + i], OBJECT_INTERRUPT, (uint64_t)&interrupts[i],
                 0, RIGHT_ALL);
    }
    for (uint32_t i = 0; i < boot->memory_count && slot < INIT_FREE; i++) {
        const struct boot_memory *m = &boot->memory[i];

        if (m->kind == BOOT_MEMORY_FREE && m->pages)
            untyped_make(cap_root, &cell->slots[slot++], (uint64_t)phys_to_kernel(m->base),
                         m->pages, RIGHT_ALL);
    }
    info->untyped_count = slot - INIT_UNTYPED;
    info->tables_free = cell->pool_pages - cell->pool_used;
}

static struct thread *start_thread(struct cell *cell, const struct boot_info *boot,
                                   struct boot_memory *m, uint64_t entry)
{
    struct thread *t = take(m, PAGE_SIZE);

    thread_init(t);
    frame_use_set(t, 1, FRAME_THREAD);
    thread_link(t, cell);
    t->regs.rip = cell->code + entry;
    t->regs.rsp = boot->steward_stack;
    t->regs.rdi = CELL_START_BASE;
    t->regs.rflags = ARCH_USER_FLAGS;
    t->priority = STEWARD_PRIORITY;
    t->return_fully = 1;
    sched_ready(t);
    return t;
}

// What no capability for a device's memory reaches.
static void keep(const struct boot_info *boot)
{
    for (uint32_t i = 0; i < boot->memory_count; i++)
        device_keep(boot->memory[i].base, boot->memory[i].pages);
    device_keep(boot->lapic_phys, 1);
    device_keep(boot->ioapic_phys, 1);
}

struct cell *boot_steward(struct boot_info *boot)
{
    struct boot_memory *m = largest(boot);
    struct bundle_entry *table =
        (struct bundle_entry *)((uint8_t *)phys_to_kernel(boot->bundle_phys) + BUNDLE_HEADER_SIZE);
    struct init_info *info;
    struct cell *cell;
    struct thread *t;

    if (!m)
        arch_halt("the loader found no memory", 0);
    keep(boot);
    frame_table = take(m, physmap_pages * sizeof(struct frame));
    cap_root = take(m, sizeof(struct cap));
    interrupts = take(m, BOOT_IRQ_COUNT * sizeof(struct interrupt));
    cell = take(m, cell_size(STEWARD_SLOTS, STEWARD_TABLES));
    cell_init(cell, STEWARD_SLOTS, STEWARD_TABLES);
    audit_kernel(boot);
    map_image(cell, boot, m);
    info = map_start(cell, boot, m);
    t = start_thread(cell, boot, m, table[boot->steward_entry].start);
    give(cell, t, info, boot);
    info->boot = *boot;
    info->boot.physmap = 0; // no kernel address leaves the kernel
    memset(boot->seed, 0, sizeof(boot->seed));
    memset(boot->steward_random, 0, sizeof(boot->steward_random));
    return cell;
}

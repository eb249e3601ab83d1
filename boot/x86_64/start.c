// SPDX-License-Identifier: GPL-3.0-or-later
#include "x86_64/start.h"

#include "core/acpi.h"
#include "core/event_log.h"
#include "core/image.h"
#include "core/info.h"
#include "crypto/wipe.h"
#include "gen/boot_key.h"
#include "x86_64/cpu.h"
#include "x86_64/hardware.h"
#include "x86_64/say.h"
#include "x86_64/tables.h"

#include <string.h>

enum { ARENA_SPARE = 32 }; // pages, for a memory map that is more split after the firmware has gone

extern const uint8_t enter_kernel[];

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

static const struct bundle_entry *kernel_entry(const struct start *start)
{
    return &start->verified.view.entries[start->verified.view.kernel];
}

static void bundle_verify(struct start *start, uint64_t *proof)
{
    const struct verify_rules rules = {.key = BOOT_KEY,
                                       .rollback_index_min = BOOT_ROLLBACK_MIN,
                                       .counter = start->counter,
                                       .entry = (enum boot_entry)start->info.entry};
    if (start->bundle_phys % PAGE_SIZE != 0 ||
        phys_bytes(&start->phys, start->bundle_phys, start->bundle_size) == NULL)
        stop(BOOT_STOP_BUNDLE_PLACE);
    stop_unless_clear(verify_bundle(&rules, phys_at(&start->phys, start->bundle_phys),
                                    start->bundle_size, &start->verified, proof));
    if (*proof != BOOT_VERIFIED)
        stop(BOOT_STOP_GLITCH);
}

static void wiring_describe(struct start *start)
{
    struct boot_info *info = &start->info;
    struct acpi_wiring wiring;
    stop_unless_clear(acpi_read(&start->phys, info->rsdp, &wiring));
    stop_unless_clear(lapic_check(wiring.lapic_phys));
    const uint32_t inputs = ioapic_inputs(wiring.ioapic_phys);
    stop_unless_clear(acpi_check_inputs(&wiring, inputs));
    info->lapic_phys = wiring.lapic_phys;
    info->ioapic_phys = wiring.ioapic_phys;
    info->ioapic_gsi_base = wiring.ioapic_gsi_base;
    info->ioapic_count = inputs;
    memcpy(info->irq, wiring.irq, sizeof info->irq);
}

void start_verify(struct start *start)
{
    stop_unless_clear(hardware_check());
    bundle_verify(start, &start->proof[0]);
    say_progress("the bundle is authentic");
    wiring_describe(start);
    hardware_random(&start->seed);
    stop_unless_clear(
        seed_mix(&start->seed, start->info.seed, start->info.steward_random, &start->dice));
    start->info.seed_sources = start->seed.sources;
    wipe(&start->seed, sizeof start->seed);
}

void start_place(struct start *start, struct ranges *free)
{
    start->kernel_pages = bundle_image_pages(kernel_entry(start));
    start->arena_pages = 1 + pages_of(start->info.event_log_size + EVENT_LATE_MAX) +
                         tables_need(free, start->kernel_pages) + ARENA_SPARE;
    stop_unless_clear(places_choose(&start->dice, free, start->phys.reach, start->kernel_pages,
                                    start->arena_pages, &start->places));
    const struct bundle_entry *steward =
        &start->verified.view.entries[start->verified.view.steward];
    const struct steward_places places = place_steward(&start->dice, bundle_image_pages(steward));
    start->info.steward_code = places.code;
    start->info.steward_stack = places.stack;
    wipe(&start->dice, sizeof start->dice); // B7
}

static void kernel_load(struct start *start)
{
    uint8_t digest[sizeof start->verified.digest];
    memcpy(digest, start->verified.digest, sizeof digest);
    bundle_verify(start, &start->proof[1]); // B2: the bus masters are off now
    if (memcmp(digest, start->verified.digest, sizeof digest) != 0)
        stop(BOOT_STOP_GLITCH); // B9
    const struct bundle_entry *entry = kernel_entry(start);
    if (bundle_image_pages(entry) != start->kernel_pages)
        stop(BOOT_STOP_GLITCH);
    stop_unless_clear(image_load(entry, start->verified.payload, start->places.kernel_virt,
                                 phys_at(&start->phys, start->places.kernel_phys)));
}

static void clocks_describe(struct start *start)
{
    struct clocks clocks;
    lapic_settle();
    stop_unless_clear(clocks_measure(start->info.lapic_phys, &clocks));
    start->info.tsc_hz = clocks.tsc_hz;
    start->info.lapic_hz = clocks.lapic_hz;
}

static void kernel_describe(struct start *start)
{
    const struct bundle_entry *entry = kernel_entry(start);
    struct boot_info *info = &start->info;
    info->magic = BOOT_INFO_MAGIC;
    info->version = BOOT_INFO_VERSION;
    info->size = sizeof *info;
    info->physmap = start->places.physmap;
    info->kernel_virt = start->places.kernel_virt;
    info->kernel_phys = start->places.kernel_phys;
    info->kernel_text_pages = bundle_part_pages(entry, BUNDLE_TEXT);
    info->kernel_rodata_pages =
        bundle_part_pages(entry, BUNDLE_RODATA) + bundle_part_pages(entry, BUNDLE_RELRO);
    info->kernel_data_pages = bundle_part_pages(entry, BUNDLE_DATA);
    info->kernel_bss_pages = entry->bss_pages;
    info->bundle_phys = start->bundle_phys;
    info->bundle_pages = pages_of(start->bundle_size);
    info->steward_entry = start->verified.view.steward;
    memcpy(info->bundle_digest, start->verified.digest, sizeof info->bundle_digest);
}

// The arena from below: boot information, event log, page tables; what is left over is free again.
// Returns the page tables' root.
static uint64_t memory_describe(struct start *start, const struct ranges *ram)
{
    struct boot_info *info = &start->info;
    const struct places *places = &start->places;
    const uint64_t arena_end = places->arena_phys + start->arena_pages * PAGE_SIZE;
    const uint64_t log_pages = pages_of(info->event_log_size);
    struct info_taken taken = {
        .kernel = {places->kernel_phys, start->kernel_pages},
        .bundle = {info->bundle_phys,   info->bundle_pages }
    };
    struct ranges all = *ram, free = *ram;
    ranges_add(&all, taken.bundle.base, taken.bundle.pages * PAGE_SIZE);
    ranges_add(&all, places->arena_phys, arena_end - places->arena_phys);
    ranges_cut(&all, taken.kernel.base, taken.kernel.pages * PAGE_SIZE); // B4
    info->physmap_pages = ranges_end(&all) / PAGE_SIZE;

    struct tables tables = {.phys = start->phys,
                            .next = places->arena_phys + (1 + log_pages) * PAGE_SIZE,
                            .end = arena_end};
    const struct tables_plan plan = {.kernel_virt = places->kernel_virt,
                                     .kernel_phys = places->kernel_phys,
                                     .text_pages = info->kernel_text_pages,
                                     .rodata_pages = info->kernel_rodata_pages,
                                     .data_pages =
                                         (uint64_t)info->kernel_data_pages + info->kernel_bss_pages,
                                     .physmap = places->physmap,
                                     .ram = &all,
                                     .jump = (uintptr_t)enter_kernel / PAGE_SIZE * PAGE_SIZE};
    stop_unless_clear(tables_build(&tables, &plan));

    taken.arena.base = places->arena_phys;
    taken.arena.pages = (tables.next - places->arena_phys) / PAGE_SIZE;
    ranges_add(&free, places->arena_phys, arena_end - places->arena_phys);
    ranges_cut(&free, taken.arena.base, taken.arena.pages * PAGE_SIZE); // B5
    ranges_cut(&free, taken.kernel.base, taken.kernel.pages * PAGE_SIZE);
    ranges_cut(&free, taken.bundle.base, taken.bundle.pages * PAGE_SIZE);
    info_memory(&free, &taken, info);
    return tables.root;
}

// Safety: the state that abi/boot_info.h promises, then a jump that does not return (B3).
_Noreturn static void kernel_enter(struct start *start, uint64_t root)
{
    const uint64_t astray = (start->proof[0] ^ BOOT_VERIFIED) | (start->proof[1] ^ BOOT_VERIFIED);
    const uint64_t entry = (start->places.kernel_virt + kernel_entry(start)->start) ^ astray;
    const uint64_t info = start->places.physmap + start->places.arena_phys;
    say_progress("to the kernel");
    memcpy(phys_at(&start->phys, start->places.arena_phys), &start->info, sizeof start->info);
    wipe(&start->info, sizeof start->info); // B7
    msr_write((uint32_t)MSR_EFER, msr_read((uint32_t)MSR_EFER) | EFER_NXE);
    cr4_write(CR4_PAE);
    cr0_write(CR0_KERNEL);
    __asm__ volatile("jmp enter_kernel" : : "a"(root), "S"(entry), "D"(info) : "memory");
    __builtin_unreachable();
}

void start_kernel(struct start *start, const struct ranges *ram)
{
    interrupts_off();
    pci_quiet();
    kernel_load(start);
    clocks_describe(start);
    kernel_describe(start);
    if (start->info.event_log_size != 0) {
        start->info.event_log = start->places.arena_phys + PAGE_SIZE;
        uint8_t *log = phys_at(&start->phys, start->info.event_log);
        memcpy(log, start->event_log, start->info.event_log_size);
        memcpy(log + start->info.event_log_size, start->late_log, start->late_size);
        start->info.event_log_size += start->late_size;
    }
    kernel_enter(start, memory_describe(start, ram));
}

// SPDX-License-Identifier: GPL-3.0-or-later
// UEFI entry. While boot services live: read, verify, choose places, reserve them. Then the
// firmware is left behind for good and the rest is the same as in direct boot.
#include "uefi/efi.h"
#include "uefi/gather.h"
#include "uefi/measure.h"
#include "x86_64/cpu.h"
#include "x86_64/guard.h"
#include "x86_64/hardware.h"
#include "x86_64/say.h"
#include "x86_64/start.h"

#include <string.h>

enum { MAP_BYTES = 65536, EXIT_TRIES = 8, LOW_MEMORY = 1 << 20, SHOW_CHARS = 64 };

struct map {
    _Alignas(16) uint8_t bytes[MAP_BYTES];
    uint64_t size, key, record_size;
};

efi_status EFI_API efi_main(efi_handle image, struct efi_system *system);

static struct start start; // holds secrets until start_kernel has passed them on
static struct ranges usable;
static struct map map;
static struct efi_text_output *screen;

static void screen_show(const char *text)
{
    efi_char wide[SHOW_CHARS + 1];
    while (*text != 0) {
        size_t count = 0;
        for (; count < SHOW_CHARS && text[count] != 0; count++)
            wide[count] = (uint8_t)text[count];
        wide[count] = 0;
        (void)screen->output_string(screen, wide); // nobody is left to tell
        text += count;
    }
}

static void map_read(const struct efi_system *system)
{
    uint32_t version;
    map.size = MAP_BYTES;
    if (system->boot->get_memory_map(&map.size, map.bytes, &map.key, &map.record_size, &version) !=
            0 ||
        map.size > MAP_BYTES || map.record_size < sizeof(struct efi_memory))
        stop(BOOT_STOP_FIRMWARE_MAP);
}

static uint64_t record_bytes(const struct efi_memory *record)
{
    return record->pages > UINT64_MAX / PAGE_SIZE ? UINT64_MAX : record->pages * PAGE_SIZE;
}

// What is of one of `kinds` (bits) and of nothing else, above the first megabyte. Returns the end
// of everything that the map names below RANGES_TOP.
static uint64_t map_ranges(uint32_t kinds, struct ranges *out)
{
    uint64_t end = 0;
    out->count = 0;
    for (int cut = 0; cut <= 1; cut++) {
        for (uint64_t at = 0; map.size - at >= map.record_size; at += map.record_size) {
            struct efi_memory record;
            memcpy(&record, map.bytes + at, sizeof record);
            const int wanted = record.kind < 32 && (kinds >> record.kind & 1) != 0;
            if (wanted && !cut)
                ranges_add(out, record.phys, record_bytes(&record));
            if (!wanted && cut)
                ranges_cut(out, record.phys, record_bytes(&record));
            if (record.phys < RANGES_TOP && record_bytes(&record) <= RANGES_TOP - record.phys &&
                record.phys + record_bytes(&record) > end)
                end = record.phys + record_bytes(&record);
        }
    }
    ranges_cut(out, 0, LOW_MEMORY);
    ranges_trim(out, RANGES_FIRMWARE);
    return end;
}

static void place_reserve(const struct efi_system *system, uint64_t phys, uint64_t pages)
{
    uint64_t place = phys;
    if (system->boot->allocate_pages(EFI_ALLOCATE_ADDRESS, EFI_LOADER_DATA, pages, &place) != 0 ||
        place != phys)
        stop(BOOT_STOP_FIRMWARE);
}

// The map may change between being read and the exit; then it is read again, which is all that is
// still allowed (UEFI 2.10, section 7.4.6).
static void firmware_leave(const struct efi_system *system, efi_handle image)
{
    for (unsigned i = 0; i < EXIT_TRIES; i++) {
        map_read(system);
        if (system->boot->exit_boot_services(image, map.key) == 0) {
            say_screen(NULL);
            return;
        }
    }
    stop(BOOT_STOP_FIRMWARE_MAP);
}

GUARD_NONE efi_status EFI_API efi_main(efi_handle image, struct efi_system *system)
{
    start.info.boot_tsc = tsc_read();
    guard_begin();
    start.info.entry = BOOT_UEFI;
    say_start();
    screen = system->console_out;
    if (screen != NULL)
        say_screen(screen_show);
    map_read(system);
    start.phys.reach = map_ranges(1u << EFI_CONVENTIONAL, &usable);
    gather_bundle(system, image, &start);
    gather_machine(system, &start);
    measure_find(system, &start);
    start_verify(&start);
    guard_change(&start.dice);
    measure_bundle(system, &start);
    map_read(system);
    (void)map_ranges(1u << EFI_CONVENTIONAL, &usable);
    start_place(&start, &usable);
    place_reserve(system, start.places.kernel_phys, start.kernel_pages);
    place_reserve(system, start.places.arena_phys, start.arena_pages);
    firmware_leave(system, image);
    interrupts_off();
    measure_finish(&start);
    (void)map_ranges(1u << EFI_CONVENTIONAL | 1u << EFI_LOADER_CODE | 1u << EFI_LOADER_DATA |
                         1u << EFI_BOOT_CODE | 1u << EFI_BOOT_DATA,
                     &usable);
    start_kernel(&start, &usable);
}

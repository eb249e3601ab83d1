// SPDX-License-Identifier: GPL-3.0-or-later
#include "uefi/gather.h"

#include "crypto/wipe.h"
#include "x86_64/say.h"

#include <string.h>

enum { GRAPHICS_FORMATS = 2 };

static const struct efi_guid LOADED_IMAGE = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}
};
static const struct efi_guid FILE_SYSTEM = {
    0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}
};
static const struct efi_guid GRAPHICS = {
    0x9042a9de, 0x23dc, 0x4a38, {0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a}
};
static const struct efi_guid RANDOM = {
    0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}
};
static const struct efi_guid ACPI_1 = {
    0xeb9d2d30, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}
};
static const struct efi_guid ACPI_2 = {
    0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}
};
static const struct efi_guid GLOBAL_VARIABLE = {
    0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}
};

static struct efi_file *bundle_open(const struct efi_system *system, efi_handle image)
{
    struct efi_loaded_image *loaded;
    struct efi_file_system *files;
    struct efi_file *root, *file;
    if (system->boot->handle_protocol(image, &LOADED_IMAGE, (void **)&loaded) != 0 ||
        system->boot->handle_protocol(loaded->device, &FILE_SYSTEM, (void **)&files) != 0 ||
        files->open_volume(files, &root) != 0 ||
        root->open(root, &file, u"\\cella.bundle", EFI_FILE_READ, 0) != 0)
        stop(BOOT_STOP_BUNDLE_MISSING);
    return file;
}

void gather_bundle(const struct efi_system *system, efi_handle image, struct start *start)
{
    const uint64_t most = BUNDLE_HEADER_SIZE + (uint64_t)BUNDLE_PAGES_MAX * PAGE_SIZE;
    struct efi_file *file = bundle_open(system, image);
    uint64_t size;
    if (file->set_position(file, UINT64_MAX) != 0 || file->get_position(file, &size) != 0 ||
        file->set_position(file, 0) != 0)
        stop(BOOT_STOP_FIRMWARE);
    if (size < BUNDLE_HEADER_SIZE)
        stop(BOOT_STOP_BUNDLE_SHORT);
    if (size > most)
        stop(BOOT_STOP_BUNDLE_LONG);
    const uint64_t pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;
    if (system->boot->allocate_pages(EFI_ALLOCATE_ANY, EFI_LOADER_DATA, pages,
                                     &start->bundle_phys) != 0)
        stop(BOOT_STOP_NO_ROOM);
    uint8_t *to = phys_at(&start->phys, start->bundle_phys);
    memset(to, 0, pages * PAGE_SIZE);
    for (uint64_t done = 0, part; done < size; done += part) {
        part = size - done;
        if (file->read(file, &part, to + done) != 0 || part == 0 || part > size - done)
            stop(BOOT_STOP_BUNDLE_SHORT);
    }
    start->bundle_size = size;
}

uint64_t gather_table(const struct efi_system *system, const struct efi_guid *guid)
{
    for (uint64_t i = 0; i < system->table_count; i++)
        if (memcmp(&system->tables[i].guid, guid, sizeof *guid) == 0)
            return (uintptr_t)system->tables[i].table;
    return 0;
}

static void graphics_gather(const struct efi_system *system, struct boot_info *info)
{
    struct efi_graphics *graphics;
    if (system->boot->locate_protocol(&GRAPHICS, NULL, (void **)&graphics) != 0)
        return;
    const struct efi_graphics_mode *mode = graphics->mode;
    if (mode == NULL || mode->info == NULL || mode->info->format >= GRAPHICS_FORMATS)
        return;
    info->framebuffer = mode->framebuffer;
    info->framebuffer_width = mode->info->width;
    info->framebuffer_height = mode->info->height;
    info->framebuffer_stride = mode->info->stride;
    info->framebuffer_format = mode->info->format;
}

static int variable_is_one(const struct efi_system *system, const efi_char *name)
{
    uint8_t value = 0;
    uint64_t size = sizeof value;
    return system->runtime->get_variable(name, &GLOBAL_VARIABLE, NULL, &size, &value) == 0 &&
           size == sizeof value && value == 1;
}

static void random_gather(const struct efi_system *system, struct seed_input *seed)
{
    struct efi_random *random;
    if (system->boot->locate_protocol(&RANDOM, NULL, (void **)&random) != 0 ||
        random->get_random(random, NULL, sizeof seed->firmware, seed->firmware) != 0)
        return;
    uint64_t words[SEED_WORDS];
    _Static_assert(sizeof words == sizeof seed->firmware, "one check for all sources");
    memcpy(words, seed->firmware, sizeof words);
    if (seed_words_good(words))
        seed->sources |= BOOT_SEED_FIRMWARE;
    wipe(words, sizeof words);
}

void gather_machine(const struct efi_system *system, struct start *start)
{
    start->info.rsdp = gather_table(system, &ACPI_2);
    if (start->info.rsdp == 0)
        start->info.rsdp = gather_table(system, &ACPI_1);
    const int secure =
        variable_is_one(system, u"SecureBoot") && !variable_is_one(system, u"SetupMode");
    start->info.secure_boot = secure ? BOOT_SECURE_ON : BOOT_SECURE_OFF;
    graphics_gather(system, &start->info);
    random_gather(system, &start->seed);
}

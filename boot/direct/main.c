// SPDX-License-Identifier: GPL-3.0-or-later
// Direct boot: an emulator or virtual machine monitor puts the loader and the bundle (as the first
// module) into memory and starts us by PVH. Nothing measured us, so only bundles marked
// BUNDLE_DIRECT are taken. Layouts: Xen, public/arch-x86/hvm/start_info.h, version 1.
#include "x86_64/cpu.h"
#include "x86_64/guard.h"
#include "x86_64/hardware.h"
#include "x86_64/say.h"
#include "x86_64/start.h"

#include <string.h>

#define PVH_MAGIC 0x336ec578u

enum { PVH_RAM = 1, LOW_MEMORY = 1 << 20, MAP_MAX = 4096, GATES = 32, GATE_SELECTOR = 8 };

struct pvh_info {
    uint32_t magic, version, flags, modules;
    uint64_t modules_phys, command_line_phys, rsdp_phys, map_phys;
    uint32_t map_count, zero;
};

struct pvh_module {
    uint64_t phys, size, command_line_phys, zero;
};

struct pvh_memory {
    uint64_t base, size;
    uint32_t kind, zero;
};

struct gate {
    uint16_t offset_low, selector;
    uint16_t flags, offset_middle;
    uint32_t offset_high, zero;
};

extern uint8_t loader_base[], loader_end[]; // link.ld
extern const uint8_t direct_fault[];
_Noreturn void direct_main(uint32_t info_phys);
_Noreturn void direct_faulted(void);

static struct start start; // holds secrets until start_kernel has passed them on
static struct ranges ram, usable;
static struct gate gates[GATES];

void direct_faulted(void)
{
    stop(BOOT_STOP_FAULT);
}

// Safety: the table and the handler live as long as the loader.
static void faults_catch(void)
{
    const struct {
        uint16_t size;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof gates - 1, (uintptr_t)gates};
    const uint64_t handler = (uintptr_t)direct_fault;
    for (unsigned i = 0; i < GATES; i++)
        gates[i] = (struct gate){.offset_low = (uint16_t)handler,
                                 .selector = GATE_SELECTOR,
                                 .flags = 0x8e00, // present, interrupt gate
                                 .offset_middle = (uint16_t)(handler >> 16),
                                 .offset_high = (uint32_t)(handler >> 32)};
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

// RAM above the first megabyte, where firmware keeps things that no map mentions.
static void map_read(const struct phys *phys, const struct pvh_info *info)
{
    const uint32_t count = info->map_count < MAP_MAX ? info->map_count : MAP_MAX;
    const uint8_t *map =
        phys_bytes(phys, info->map_phys, count * (uint64_t)sizeof(struct pvh_memory));
    struct pvh_memory memory;
    for (uint32_t i = 0; map != NULL && i < count; i++) {
        memcpy(&memory, map + i * sizeof memory, sizeof memory);
        if (memory.kind == PVH_RAM)
            ranges_add(&ram, memory.base, memory.size);
    }
    for (uint32_t i = 0; map != NULL && i < count; i++) {
        memcpy(&memory, map + i * sizeof memory, sizeof memory);
        if (memory.kind != PVH_RAM)
            ranges_cut(&ram, memory.base, memory.size);
    }
    ranges_cut(&ram, 0, LOW_MEMORY);
    ranges_trim(&ram, RANGES_FIRMWARE);
}

static void pvh_read(uint32_t info_phys)
{
    struct pvh_info info;
    const uint8_t *bytes = phys_bytes(&start.phys, info_phys, sizeof info);
    if (bytes == NULL)
        stop(BOOT_STOP_PVH);
    memcpy(&info, bytes, sizeof info);
    if (info.magic != PVH_MAGIC || info.version < 1)
        stop(BOOT_STOP_PVH);
    struct pvh_module module;
    bytes = phys_bytes(&start.phys, info.modules_phys, sizeof module);
    if (info.modules != 1 || bytes == NULL)
        stop(BOOT_STOP_BUNDLE_MISSING);
    memcpy(&module, bytes, sizeof module);
    start.bundle_phys = module.phys;
    start.bundle_size = module.size;
    start.info.rsdp = info.rsdp_phys;
    map_read(&start.phys, &info);
}

// The loader and the bundle lie in RAM, apart from each other, and stay as they are.
static void loader_guard(void)
{
    const uint64_t base = (uintptr_t)loader_base, size = (uintptr_t)loader_end - base;
    const uint64_t pages = (start.bundle_size + PAGE_SIZE - 1) / PAGE_SIZE;
    if (start.bundle_size > RANGES_TOP || !ranges_hold(&ram, start.bundle_phys, pages))
        stop(BOOT_STOP_BUNDLE_PLACE);
    usable = ram;
    ranges_cut(&usable, base, size);
    if (!ranges_hold(&usable, start.bundle_phys, pages))
        stop(BOOT_STOP_BUNDLE_PLACE);
    ranges_cut(&usable, start.bundle_phys, pages * PAGE_SIZE);
}

GUARD_NONE void direct_main(uint32_t info_phys)
{
    start.info.boot_tsc = tsc_read();
    guard_begin();
    start.info.entry = BOOT_DIRECT;
    start.info.secure_boot = BOOT_SECURE_NONE;
    start.counter.state = COUNTER_ABSENT; // no firmware, no TPM
    start.phys = (struct phys){.origin = 0, .reach = (uint64_t)4 << 30};
    say_start();
    faults_catch();
    pvh_read(info_phys);
    loader_guard();
    pci_quiet();
    start_verify(&start);
    guard_change(&start.dice);
    start_place(&start, &usable);
    start_kernel(&start, &ram);
}

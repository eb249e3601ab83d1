// SPDX-License-Identifier: GPL-3.0-or-later
// A kernel that does nothing but check what abi/boot_info.h promises. It prints one line for each
// promise that is not kept, the facts that a test compares between two boots, and the number of
// checks, all on the log port; then it ends the emulator through isa-debug-exit (port 0xf4).
#include "abi/boot_info.h"
#include "abi/bundle.h"
#include "x86_64/cpu.h"

enum {
    PORT_LOG = 0x3e8,
    PORT_LOG_STATUS = 0x3ed,
    PORT_EXIT = 0xf4,
    EXIT_GOOD = 0x10,
    EXIT_BAD = 0x11,
    DATA_VALUE = 0x5eed,
    ENTRIES = 512,
    FLAGS_INTERRUPTS = 1 << 9,
    FLAGS_DIRECTION = 1 << 10,
    CR0_WP = 1 << 16,
};

#define PTE_ADDRESS   0x000ffffffffff000u
#define KERNEL_LOWEST 0xffffffff80000000u
#define UPPER_HALF    0xffff800000000000u

void probe_main(const struct boot_info *boot, uint64_t flags);
extern const uint8_t probe_base[];

static const struct boot_info *info;
static uint32_t checks, failures;
static volatile uint32_t data_value = DATA_VALUE;
static volatile uint8_t bss_bytes[3 * PAGE_SIZE];
static const char *const WORDS[] = {"relocated", "words"}; // pointers, so relocations

// The stack is the probe's own: the loader hands over none.
__asm__(".text\n"
        ".globl probe_entry\n"
        "probe_entry:\n"
        "    leaq probe_stack_top(%rip), %rsp\n"
        "    pushfq\n"
        "    popq %rsi\n"
        "    call probe_main\n"
        "1:  cli\n"
        "    hlt\n"
        "    jmp 1b\n"
        ".section .bss\n"
        "    .balign 16\n"
        "    .skip 16384\n"
        "probe_stack_top:\n");

static void put(char c)
{
    for (unsigned i = 0; i < 100000 && (port_in8(PORT_LOG_STATUS) & 0x20) == 0; i++)
        continue;
    port_out8(PORT_LOG, (uint8_t)c);
}

static void print(const char *text)
{
    for (; *text != 0; text++)
        put(*text);
}

static void print_hex(uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static void fact(const char *name, uint64_t value)
{
    print("probe: ");
    print(name);
    print(" ");
    print_hex(value);
    print("\r\n");
}

static void print_byte(uint8_t byte)
{
    put("0123456789abcdef"[byte >> 4]);
    put("0123456789abcdef"[byte & 15]);
}

// The event log, for the test to compare with the TPM's registers.
static void print_log(void)
{
    enum { LINE = 64 };
    const uint8_t *log = (const uint8_t *)(info->physmap + info->event_log);
    for (uint64_t at = 0; info->event_log != 0 && at < info->event_log_size; at++) {
        if (at % LINE == 0)
            print(at == 0 ? "probe: log " : "\r\nprobe: log ");
        print_byte(log[at]);
    }
    print("\r\n");
}

static void check_value(int good, const char *what, uint64_t value)
{
    checks++;
    if (good)
        return;
    failures++;
    print("probe: NOT KEPT: ");
    print(what);
    print(" ");
    print_hex(value);
    print("\r\n");
}

static void check(int good, const char *what)
{
    check_value(good, what, 0);
}

static const void *at_phys(uint64_t phys)
{
    return (const void *)(info->physmap + phys);
}

static int in_range(uint64_t at, uint64_t base, uint64_t pages)
{
    return at >= base && at - base < pages * PAGE_SIZE;
}

static uint64_t image_pages(void)
{
    return (uint64_t)info->kernel_text_pages + info->kernel_rodata_pages + info->kernel_data_pages +
           info->kernel_bss_pages;
}

static const struct boot_memory *memory_of(uint64_t phys)
{
    for (uint32_t i = 0; i < info->memory_count; i++)
        if (in_range(phys, info->memory[i].base, info->memory[i].pages))
            return &info->memory[i];
    return 0;
}

static void check_image(void)
{
    check((uintptr_t)probe_base == info->kernel_virt, "the image is where it should be");
    check(WORDS[0][0] == 'r' && WORDS[1][4] == 's', "pointers are relocated");
    check(data_value == DATA_VALUE, "data is loaded");
    uint8_t any = 0;
    for (uint32_t i = 0; i < sizeof bss_bytes; i++)
        any |= bss_bytes[i];
    check(any == 0, "bss is zero");
    check(info->kernel_virt % 0x200000 == 0 && info->kernel_virt >= KERNEL_LOWEST, "kernel_virt");
    check(info->kernel_phys % 0x200000 == 0 && info->kernel_phys != 0, "kernel_phys");
    check(info->physmap % 0x40000000 == 0 && info->physmap >= UPPER_HALF &&
              info->physmap + info->physmap_pages * PAGE_SIZE <= KERNEL_LOWEST,
          "physmap");
}

static void check_memory(void)
{
    check(info->memory_count >= 3 && info->memory_count <= BOOT_MEMORY_MAX, "memory_count");
    for (uint32_t i = 0; i < info->memory_count; i++) {
        const struct boot_memory *memory = &info->memory[i];
        check(memory->base % PAGE_SIZE == 0 && memory->pages > 0 && memory->zero == 0, "a range");
        check(memory->kind >= BOOT_MEMORY_FREE && memory->kind <= BOOT_MEMORY_BUNDLE, "a kind");
        check(memory->base >= 0x100000, "nothing below 1 MiB");
        check(memory->base / PAGE_SIZE + memory->pages <= info->physmap_pages ||
                  memory->base == info->kernel_phys,
              "RAM is within the physical map");
        check(i == 0 || memory[-1].base + memory[-1].pages * PAGE_SIZE <= memory->base, "order");
    }
    const struct boot_memory *kernel = memory_of(info->kernel_phys);
    check(kernel != 0 && kernel->kind == BOOT_MEMORY_KERNEL && kernel->pages == image_pages(),
          "the kernel's range");
    const struct boot_memory *own = memory_of((uintptr_t)info - info->physmap);
    check(own != 0 && own->kind == BOOT_MEMORY_KERNEL, "this structure's range");
    const struct boot_memory *bundle = memory_of(info->bundle_phys);
    check(bundle != 0 && bundle->kind == BOOT_MEMORY_BUNDLE && bundle->pages == info->bundle_pages,
          "the bundle's range");
}

static void check_bundle(void)
{
    const struct bundle_header *header = at_phys(info->bundle_phys);
    const struct bundle_entry *entries = at_phys(info->bundle_phys + BUNDLE_HEADER_SIZE);
    check(header->magic == BUNDLE_MAGIC, "the bundle is there");
    check(header->payload_pages + 1 == info->bundle_pages, "bundle_pages");
    check(info->steward_entry < header->entry_count &&
              entries[info->steward_entry].name[0] == 's' &&
              entries[info->steward_entry].kind == BUNDLE_CELL,
          "steward_entry");
    const uint32_t direct = header->flags & BUNDLE_DIRECT;
    check(direct == (info->entry == BOOT_DIRECT), "the bundle is for this entry");
}

// What a walk over the page tables counts.
static struct {
    uint64_t image, physmap, low, large;
} walked;

static void leaf_check(uint64_t virt, uint64_t entry, uint64_t pages)
{
    const int write = (entry & 2) != 0, execute = (entry >> 63) == 0;
    const uint64_t phys = entry & PTE_ADDRESS & ~(pages * PAGE_SIZE - 1);
    const uint64_t page = (virt - info->kernel_virt) / PAGE_SIZE;
    check_value(!(write && execute), "no page is writable and executable", virt);
    check_value((entry & 4) == 0, "no page is the user's", virt);
    walked.large += pages > 1;
    if (virt < UPPER_HALF) {
        walked.low += pages;
    } else if (in_range(virt, info->kernel_virt, image_pages())) {
        const uint64_t text = info->kernel_text_pages, rodata = info->kernel_rodata_pages;
        walked.image += pages;
        check_value(phys == info->kernel_phys + page * PAGE_SIZE, "image page", virt);
        check_value(execute == (page < text) && write == (page >= text + rodata), "access", virt);
    } else {
        const struct boot_memory *memory = memory_of(phys);
        walked.physmap += pages;
        check_value(virt - info->physmap == phys && write, "physical map", virt);
        check_value(memory != 0 && memory->base != info->kernel_phys, "RAM, not the image", phys);
        memory = memory_of(phys + pages * PAGE_SIZE - 1);
        check_value(memory != 0 && memory->base != info->kernel_phys, "all of it", phys);
    }
}

static void walk(uint64_t table, uint64_t virt, unsigned shift)
{
    const uint64_t *entries = at_phys(table);
    const struct boot_memory *memory = memory_of(table);
    check_value(memory != 0 && memory->kind == BOOT_MEMORY_KERNEL, "a table's memory", table);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        uint64_t at = virt | i << shift;
        if (shift == 39 && i >= ENTRIES / 2)
            at |= 0xffff000000000000u;
        if ((entries[i] & 1) == 0)
            continue;
        if (shift == 12 || (entries[i] & 0x80) != 0)
            leaf_check(at, entries[i], (uint64_t)1 << (shift - 12));
        else
            walk(entries[i] & PTE_ADDRESS, at, shift - 9);
    }
}

static uint64_t cr3_read(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static void check_tables(void)
{
    uint64_t ram = 0;
    walk(cr3_read() & PTE_ADDRESS, 0, 39);
    for (uint32_t i = 0; i < info->memory_count; i++)
        if (info->memory[i].base != info->kernel_phys)
            ram += info->memory[i].pages;
    check_value(walked.image == image_pages(), "the whole image is mapped", walked.image);
    check_value(walked.physmap == ram, "all RAM is mapped, once", walked.physmap);
    check_value(walked.low == 1, "one page to jump from", walked.low);
    check(walked.large > 0, "large pages where they fit");
}

// Safety: this code, its stack and the tables are in the upper half.
static void check_lower_half(void)
{
    const uint64_t cr3 = cr3_read();
    uint64_t *top = (uint64_t *)(info->physmap + (cr3 & PTE_ADDRESS));
    for (unsigned i = 0; i < ENTRIES / 2; i++)
        top[i] = 0;
    __asm__ volatile("mov %0, %%cr3" : : "r"(cr3) : "memory");
    check(data_value == DATA_VALUE, "nothing in the lower half is needed");
}

static void check_processor(uint64_t flags)
{
    uint64_t cr0;
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    check((cr0 & CR0_WP) != 0, "CR0.WP");
    check((msr_read((uint32_t)MSR_EFER) & EFER_NXE) != 0, "EFER.NXE");
    check((flags & (FLAGS_INTERRUPTS | FLAGS_DIRECTION)) == 0, "flags");
    check((msr_read(MSR_APIC_BASE) & PTE_ADDRESS) == info->lapic_phys, "lapic_phys");
}

static void check_devices(void)
{
    uint32_t masters = 0, functions = 0;
    for (uint32_t function = 0; function < 0x10000; function++) {
        port_out32(0xcf8, 0x80000000u | function << 8);
        if ((port_in32(0xcfc) & 0xffff) == 0xffff)
            continue;
        functions++;
        port_out32(0xcf8, 0x80000000u | function << 8 | 4);
        masters += port_in32(0xcfc) >> 2 & 1;
    }
    check(functions > 2, "there are PCI functions");
    check_value(masters == 0, "no bus master", masters);
    check_value(info->ioapic_count == 24 && info->ioapic_phys == 0xfec00000, "I/O APIC",
                info->ioapic_count);
    check(info->irq[0].gsi == 2 && info->irq[4].gsi == 4 && info->irq[4].level == 0, "routes");
    check_value(info->tsc_hz > 50000000 && info->tsc_hz < 20000000000u, "tsc_hz", info->tsc_hz);
    check_value(info->lapic_hz > 900000000 && info->lapic_hz < 1100000000, "lapic_hz (QEMU: 1 GHz)",
                info->lapic_hz);
    check(info->boot_tsc != 0 && info->boot_tsc < tsc_read(), "boot_tsc");
    check(info->rsdp != 0, "rsdp");
}

static void check_seed(void)
{
    uint8_t any = 0;
    for (unsigned i = 0; i < BOOT_SEED_SIZE; i++)
        any |= info->seed[i];
    check(any != 0, "seed");
    check((info->seed_sources & (BOOT_SEED_RDSEED | BOOT_SEED_RDRAND)) != 0, "seed_sources");
    check(info->zero_2 == 0, "zeroes");
}

void probe_main(const struct boot_info *boot, uint64_t flags)
{
    info = boot;
    print("probe: hello from the kernel\r\n");
    check(info->magic == BOOT_INFO_MAGIC && info->version == BOOT_INFO_VERSION &&
              info->size == sizeof *info,
          "the structure");
    check_processor(flags);
    check_image();
    check_memory();
    check_bundle();
    check_tables();
    check_lower_half();
    check_devices();
    check_seed();
    fact("entry", info->entry);
    fact("secure", info->secure_boot);
    fact("kernel_virt", info->kernel_virt);
    fact("kernel_phys", info->kernel_phys);
    fact("physmap", info->physmap);
    fact("arena", (uintptr_t)info - info->physmap);
    fact("seed", *(const uint64_t *)(const void *)info->seed);
    fact("sources", info->seed_sources);
    fact("tsc_hz", info->tsc_hz);
    fact("framebuffer", info->framebuffer);
    fact("measured", info->measured);
    print_log();
    fact("event_log_size", info->event_log_size);
    fact("checks", checks);
    fact("failures", failures);
    port_out8(PORT_EXIT, failures == 0 ? EXIT_GOOD : EXIT_BAD);
    cpu_halt();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Instructions and numbers of the machine (Intel SDM volumes 2 to 4; AMD APM volume 2).
#pragma once
#include "abi/boot_info.h"
#include "arch.h"

enum {
    GDT_KERNEL_CODE = 0x08,
    GDT_TSS = 0x28,
    VECTOR_IRQ = 0x30, // ISA line 0
    VECTOR_TIMER = 0x40,
    VECTOR_SPURIOUS = 0x4f,
    VECTOR_COUNT = 0x50,
};

enum { MSR_EFER = 0xc0000080, MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SFMASK };
enum { MSR_GS_BASE = 0xc0000101, MSR_KERNEL_GS_BASE = 0xc0000102, MSR_APIC_BASE = 0x1b };
enum { MSR_SYSENTER_CS = 0x174 };

#define EFER_SCE       1u
#define EFER_NXE       (1u << 11)
#define CR0_MP         (1ul << 1)
#define CR0_EM         (1ul << 2)
#define CR0_TS         (1ul << 3)
#define CR0_NE         (1ul << 5)
#define CR0_WP         (1ul << 16)
#define CR0_AM         (1ul << 18)
#define CR0_ON         (CR0_MP | CR0_TS | CR0_NE | CR0_WP) // TS: vector registers are nobody's
#define CR0_OFF        (CR0_EM | CR0_AM)
#define CR4_OSFXSR     (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_UMIP       (1ul << 11)
#define CR4_FSGSBASE   (1ul << 16)
#define CR4_SMEP       (1ul << 20)
#define CR4_SMAP       (1ul << 21)
#define CR4_ON         (CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_SMEP | CR4_SMAP)
// What firmware may have left on and no cell may use: VME, PVI, TSD, PCE (RDPMC), VMXE, SMXE,
// OSXSAVE (vector state that the kernel does not save), PKE.
#define CR4_OFF                                                                                    \
    (1ul | 1ul << 1 | 1ul << 2 | 1ul << 8 | 1ul << 13 | 1ul << 14 | 1ul << 18 | 1ul << 22)
#define FLAGS_CLEARED 0x47700u // TF IF DF IOPL NT AC are clear when the kernel is entered

// Safety, for all of these: they touch only the register or port that they name.
static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

#define REGISTER_ACCESS(name)                                                                      \
    static inline uint64_t name##_read(void)                                                       \
    {                                                                                              \
        uint64_t v;                                                                                \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(v));                                         \
        return v;                                                                                  \
    }                                                                                              \
    static inline void name##_write(uint64_t v)                                                    \
    {                                                                                              \
        __asm__ volatile("mov %0, %%" #name : : "r"(v) : "memory");                                \
    }
REGISTER_ACCESS(cr0)
REGISTER_ACCESS(cr3)
REGISTER_ACCESS(cr4)

static inline uint64_t cr2_read(void)
{
    uint64_t v;

    __asm__ volatile("mov %%cr2, %0" : "=r"(v));
    return v;
}

static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t out[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "a"(leaf), "c"(sub));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t v;

    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline void out8(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

// Stages of start.c.
void cpu_init(const struct boot_info *boot); // GDT, IDT, TSS, control registers, system call door
void apic_init(const struct boot_info *boot);
void apic_timer(uint64_t ticks);
void apic_end(void);
void clock_init(const struct boot_info *boot);
void selftest_run(vaddr_t user_code);

// The log line and the console, before and after the cells have them: polled, for start-up lines
// and for stopping.
void serial_write(const char *text);
void serial_decimal(uint64_t value);
_Noreturn void stop(const char *why, const uint64_t *words);

// The entry that maps a page of the kernel's own half.
uint64_t *kernel_page_entry(const void *address);

struct thread;
void trap_enter(struct thread *t, uint64_t vector, uint64_t error);
struct trap_frame {
    uint64_t rip, cs, rflags, rsp, ss;
};
void trap_kernel(uint64_t vector, uint64_t error, struct trap_frame *f);
// A fault that a probe of the self-test raised, which goes on behind it.
bool selftest_caught(uint64_t vector, struct trap_frame *f);

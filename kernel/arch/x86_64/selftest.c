// SPDX-License-Identifier: GPL-3.0-or-later
// The boot self-test: each protection is provoked once, and what cannot be provoked from here is
// read back. One that is off or does not bite stops the machine. tests/hostile/selftest.toml says
// what each name on the two lines means.
#include "x86.h"

unsigned probe_read(uint64_t address);
unsigned probe_write(uint64_t address);
unsigned probe_execute(uint64_t address);
extern uint8_t kernel_guard[], syscall_door[];
extern uintptr_t __stack_chk_guard;

enum { FAULT_UNDEFINED = 6, FAULT_NO_DEVICE = 7, DOOR_TYPE = 0x8e }; // a door for the kernel only

bool probing;
static uint8_t probe_data[64] = {0xc3}; // `ret`, where nothing may execute
static uint64_t caught;                 // the vector of the fault that the last probe raised
static uint64_t resume;                 // where to go on after it

bool selftest_caught(uint64_t vector, struct trap_frame *f)
{
    if (!resume)
        return false;
    f->rip = resume;
    resume = 0;
    caught = vector;
    return true;
}

// The vector of the fault that the instruction raises, 0 if none.
// Safety: the instructions below change at most a register that is nobody's before the first cell.
#define PROBE(name, instruction)                                                                   \
    static uint64_t name(void)                                                                     \
    {                                                                                              \
        caught = 0;                                                                                \
        __asm__ volatile("lea 1f(%%rip), %%rax\n\tmov %%rax, %0\n\t" instruction                   \
                         "\n\t1: movq $0, %0"                                                      \
                         : "+m"(resume)                                                            \
                         :                                                                         \
                         : "rax", "memory");                                                       \
        return caught;                                                                             \
    }

PROBE(probe_vectors, "fninit")
PROBE(probe_wide, ".byte 0xc5, 0xfc, 0x57, 0xc0") // VXORPS YMM0, YMM0, YMM0

static void verdict(const char *name, const char *wrong, bool good)
{
    if (!good)
        stop(wrong, 0);
    serial_write(" ");
    serial_write(name);
}

#define HOLDS(name, good)                                                                          \
    verdict(name, "self-test: " name " does not hold - use another machine", good)

// The access faulted, and at that very address.
#define BITES(probe, address) (probe((uint64_t)(address)) && cr2_read() == (uint64_t)(address))

static void provoke(vaddr_t user_code)
{
    serial_write("kernel: provoked and held:");
    HOLDS("NX", BITES(probe_execute, probe_data) && BITES(probe_execute, physmap));
    HOLDS("WP", BITES(probe_write, &selftest_run));
    HOLDS("SMEP", BITES(probe_execute, user_code));
    HOLDS("SMAP", BITES(probe_read, user_code));
    HOLDS("GUARD",
          BITES(probe_write, kernel_guard) && BITES(probe_write, kernel_guard + PAGE_SIZE - 1));
    HOLDS("TS", probe_vectors() == FAULT_NO_DEVICE);
    HOLDS("AVX", probe_wide() == FAULT_UNDEFINED);
    serial_write("\r\n");
}

// Every door of the interrupt table is the kernel's: user code cannot use it by `int`.
static bool doors_closed(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) table;

    // Safety: it writes the ten bytes of `table`.
    __asm__ volatile("sidt %0" : "=m"(table));
    // Safety: the kernel's own table, as loaded.
    for (const uint8_t *door = (const uint8_t *)table.base;
         door < (const uint8_t *)table.base + table.limit; door += 16)
        if (door[5] != DOOR_TYPE || door[2] != GDT_KERNEL_CODE)
            return false;
    return table.limit == VECTOR_COUNT * 16 - 1;
}

static void read_back(void)
{
    uint64_t cr0 = cr0_read(), cr4 = cr4_read(), efer = msr_read(MSR_EFER);

    serial_write("kernel: read back:");
    HOLDS("UMIP", cr4 & CR4_UMIP);
    HOLDS("CR0", (cr0 & (CR0_ON | CR0_OFF)) == CR0_ON);
    HOLDS("CR4", (cr4 & (CR4_ON | CR4_OFF)) == CR4_ON);
    HOLDS("EFER", (efer & (EFER_SCE | EFER_NXE)) == (EFER_SCE | EFER_NXE));
    HOLDS("STAR", msr_read(MSR_STAR) >> 32 == (0x13 << 16 | GDT_KERNEL_CODE));
    HOLDS("LSTAR", msr_read(MSR_LSTAR) == (uint64_t)syscall_door && !msr_read(MSR_CSTAR));
    HOLDS("SFMASK", msr_read(MSR_SFMASK) == FLAGS_CLEARED);
    HOLDS("SYSENTER", !msr_read(MSR_SYSENTER_CS));
    HOLDS("GS", msr_read(MSR_GS_BASE) >> 63 && !msr_read(MSR_KERNEL_GS_BASE));
    HOLDS("DOORS", doors_closed());
    HOLDS("CANARY",
          __stack_chk_guard && !(__stack_chk_guard & 0xff)); // the image's own ends otherwise
    serial_write("\r\n");
}

void selftest_run(vaddr_t user_code)
{
    probing = true;
    provoke(user_code);
    probing = false;
    read_back();
}

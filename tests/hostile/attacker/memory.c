// SPDX-License-Identifier: GPL-3.0-or-later
// Other people's memory: the steward's, the kernel's, devices', and what was used before.
#include "abi/layout.h"
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

static const char *read_at(uint64_t address)
{
    attack_say("read", *attack_at(address));
    return "it could be read";
}

static const char *write_at(uint64_t address)
{
    *attack_at(address) = 0x41;
    return "it could be written";
}

// Where the steward has the bundle, with everybody's code in it.
const char *attack_read_bundle(void)
{
    return read_at(0x60000000);
}

// Where other callers' pages appear in a server.
const char *attack_read_window(void)
{
    return read_at(CELL_WINDOW_BASE);
}

// Where physical memory would be if it were mapped from the start of the kernel's half on: 1 MiB of
// it.
const char *attack_read_kernel_half(void)
{
    return read_at(0xffff800000100000);
}

// Where kernels traditionally are.
const char *attack_read_kernel_image(void)
{
    return read_at(0xffffffff80000000);
}

const char *attack_write_kernel(void)
{
    return write_at(0xffffffff80000000);
}

const char *attack_jump_kernel(void)
{
    ((void (*)(void))(uintptr_t)attack_at(0xffffffff80000000))();
    return "it could be called";
}

const char *attack_read_apic(void)
{
    return read_at(0xfee00020);
}

const char *attack_read_ioapic(void)
{
    return read_at(0xfec00000);
}

const char *attack_write_vga(void)
{
    return write_at(0xb8000);
}

// No capability of its own leads to a device: neither memory nor ports.
const char *attack_map_device(void)
{
    for (uint32_t slot = 1; slot < START_SLOT_FREE; slot++) {
        cap_t guess = cap_first(slot);
        uint64_t w[MESSAGE_WORDS] = {0, 4};
        if (guess == start_page()->untyped || guess == start_page()->signal)
            continue;
        if (slot < START_SERVICES && start_page()->services[slot] == guess)
            continue; // an endpoint: the words below would be a message
        if (frame_map(guess, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ) == ERR_OK)
            return "a frame that nobody gave";
        if (ipc_call(guess, 1, w) == ERR_OK)
            return "a port that nobody gave";
    }
    return NULL;
}

static const char *all_zero(const char *what)
{
    const uint8_t *page = (const uint8_t *)TEST_PAGES_BASE;
    for (size_t i = 0; i < 16 * PAGE_SIZE; i++)
        if (page[i] != 0)
            return what;
    return NULL;
}

// Pages are zero when they come, also those that were dirty when they went.
const char *attack_fresh_memory(void)
{
    for (int round = 0; round < 4; round++) {
        cap_t frame = 0;
        if (test_pages(TEST_PAGES_BASE, 16, &frame) != ERR_OK)
            return "no memory to try with";
        const char *got = all_zero("what somebody left in memory");
        if (got)
            return got;
        memset((void *)TEST_PAGES_BASE, 0xaa, 16 * PAGE_SIZE);
        if (cell_delete(CAP_SELF, frame) != ERR_OK)
            return "its own page could not be deleted";
    }
    return NULL;
}

enum { REGISTERS = 14 }; // all but rdi, the argument, and rsp

uint64_t first_registers[REGISTERS];
volatile uint64_t first_seen;
void registers_run(uint64_t argument);

// The very first registers of a thread, before any compiled code runs.
__asm__(".text\n"
        "registers_run:\n"
        "    movq %rax, first_registers(%rip)\n"
        "    movq %rbx, first_registers + 8(%rip)\n"
        "    movq %rcx, first_registers + 16(%rip)\n"
        "    movq %rdx, first_registers + 24(%rip)\n"
        "    movq %rsi, first_registers + 32(%rip)\n"
        "    movq %rbp, first_registers + 40(%rip)\n"
        "    movq %r8, first_registers + 48(%rip)\n"
        "    movq %r9, first_registers + 56(%rip)\n"
        "    movq %r10, first_registers + 64(%rip)\n"
        "    movq %r11, first_registers + 72(%rip)\n"
        "    movq %r12, first_registers + 80(%rip)\n"
        "    movq %r13, first_registers + 88(%rip)\n"
        "    movq %r14, first_registers + 96(%rip)\n"
        "    movq %r15, first_registers + 104(%rip)\n"
        "    movq $1, first_seen(%rip)\n"
        "    jmp test_thread_rest\n");

// Nobody's values are left in the registers of a new thread, though its memory was full of them.
const char *attack_start_registers(void)
{
    struct test_thread t;
    cap_t frame = 0;
    if (test_pages(TEST_PAGES_BASE, 64, &frame) != ERR_OK)
        return "no memory to try with";
    memset((void *)TEST_PAGES_BASE, 0xaa, 64 * PAGE_SIZE);
    if (cell_delete(CAP_SELF, frame) != ERR_OK)
        return "its own pages could not be deleted";
    if (test_thread_start(&t, registers_run, 0, 90) != ERR_OK)
        return "no thread to try with";
    while (first_seen == 0)
        raw_yield();
    for (int i = 0; i < REGISTERS; i++)
        if (first_registers[i] != 0)
            return "a register of somebody else";
    return NULL;
}

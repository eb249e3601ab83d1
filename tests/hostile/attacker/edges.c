// SPDX-License-Identifier: GPL-3.0-or-later
// The edges of the system call: registers and flags that no compiler leaves like that.
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

enum {
    SPIN = 3000000,
    FLAG_TF = 0x100,
    FLAG_DF = 0x400,
    FLAG_NT = 0x4000,
    FLAG_AC = 0x40000,
    PRIORITY = 90
};

static const char no_memory[] = "no memory to try with";

// Somebody else who is ready makes the timer interrupt this thread again and again.
static void spin_run(uint64_t base)
{
    __asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
    for (;;)
        __asm__ volatile("pause");
}

static bool rival_start(void)
{
    struct test_thread t;
    return test_thread_start(&t, spin_run, 0x1234, PRIORITY) == ERR_OK;
}

static uint64_t call_errors; // static: it is reached whatever rsp is

#define NULL_CALL "movl %2, %%eax\n\tsyscall\n\torq %%rax, %0\n\t"
#define RUN_ON    "movl %3, %%ebx\n\t1: decl %%ebx\n\tjnz 1b\n\t"
#define LOST                                                                                       \
    "rax", "rbx", "rcx", "r11", "rdi", "rsi", "rdx", "r8", "r9", "r10", "r12", "r13", "r15", "cc", \
        "memory"

// Set `flags`, make a null system call, run for a while, make another; the errors of both.
static uint64_t with_flags(uint64_t flags)
{
    call_errors = 0;
    // Below the red zone, which belongs to the compiler.
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "pushfq\n\t"
                     "pushfq\n\t"
                     "orq %1, (%%rsp)\n\t"
                     "popfq\n\t" NULL_CALL RUN_ON NULL_CALL "popfq\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+m"(call_errors)
                     : "r"(flags), "i"(SYS_NULL << CALL_OP_SHIFT), "i"(SPIN)
                     : LOST);
    return call_errors;
}

// Carve pages with the direction flag set: the kernel, which zeroes them, must not run backwards.
static err_t carve_backwards(cap_t memory, uint32_t slot, uint64_t pages, cap_t *frame)
{
    uint64_t word = raw_word(SYS_CALL, UNTYPED_METHOD_RETYPE_FRAME), handle = slot, count = pages;
    __asm__ volatile("std\n\tsyscall\n\tcld"
                     : "+a"(word), "+D"(memory), "+S"(handle), "+d"(count)
                     :
                     : "rbx", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "cc", "memory");
    *frame = handle;
    return (err_t)(word & 0xff);
}

static const char *clean_backwards(void)
{
    enum { PAGES = 8 };
    const uint32_t slot = test_slot();
    uint8_t *pages = (uint8_t *)TEST_PAGES_BASE;
    cap_t piece = 0, frame = 0;
    if (untyped_retype_untyped(start_page()->untyped, test_slot(), PAGES, RIGHT_ALL, &piece) !=
            ERR_OK ||
        cell_reserve(CAP_SELF, TEST_PAGES_BASE, PAGES) != ERR_OK)
        return no_memory;
    for (int round = 0; round < 2; round++) {
        if (carve_backwards(piece, slot, PAGES, &frame) != ERR_OK ||
            frame_map(frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE) != ERR_OK)
            return "a system call went wrong";
        for (size_t i = 0; i < PAGES * PAGE_SIZE; i++)
            if (pages[i] != 0)
                return "what somebody left in memory";
        memset(pages, 0xaa, PAGES * PAGE_SIZE);
        if (cell_delete(CAP_SELF, frame) != ERR_OK)
            return "its own pages could not be deleted";
    }
    return NULL;
}

const char *attack_flags(void)
{
    static const uint64_t flags[] = {FLAG_DF, FLAG_NT, FLAG_AC, FLAG_DF | FLAG_NT | FLAG_AC,
                                     0x3000};
    const char *got = clean_backwards();
    if (got)
        return got;
    if (!rival_start())
        return no_memory;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (with_flags(flags[i]) != ERR_OK)
            return "a system call went wrong";
    return NULL;
}

static uint64_t with_stack(uint64_t stack)
{
    call_errors = 0;
    __asm__ volatile("movq %%rsp, %%r15\n\t"
                     "movq %1, %%rsp\n\t" NULL_CALL RUN_ON NULL_CALL "movq %%r15, %%rsp"
                     : "+m"(call_errors)
                     : "r"(stack), "i"(SYS_NULL << CALL_OP_SHIFT), "i"(SPIN)
                     : LOST);
    return call_errors;
}

const char *attack_stack_pointer(void)
{
    static const uint64_t stacks[] = {0,
                                      7,
                                      0x0000800000000000,
                                      0x8000000000000000,
                                      0xffff800000000000,
                                      0xffffffff80000000,
                                      0xfffffffffffffff8,
                                      0x00007fffffffffff};
    if (!rival_start())
        return no_memory;
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++)
        if (with_stack(stacks[i]) != ERR_OK)
            return "a system call went wrong";
    return NULL;
}

// The kernel reaches its own data through GS; whatever this cell puts there must not matter, and
// come back.
const char *attack_bases(void)
{
    static const uint64_t bases[] = {0xffff800000000000, 0xffffffff80000000, 0x00007ffffffff000,
                                     0x1000, 0};
    if (!rival_start())
        return no_memory;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        uint64_t gs = 0, fs = 0;
        __asm__ volatile("wrgsbase %0\n\twrfsbase %0" : : "r"(bases[i]) : "memory");
        for (int round = 0; round < 100; round++)
            raw_yield();
        if (with_flags(0) != ERR_OK)
            return "a system call went wrong";
        __asm__ volatile("rdgsbase %0\n\trdfsbase %1" : "=r"(gs), "=r"(fs));
        if ((gs != bases[i] && gs != 0) || fs != bases[i])
            return "somebody else's base";
    }
    return NULL;
}

static volatile bool words_done;

// One random system call on real and invented handles, deadlines in the past. The log's capability
// and the pages that this program runs on (slots up to 191) stay out of it: deleting those is
// allowed, and ends the test.
static void random_call(void)
{
    static const uint8_t ops[] = {SYS_CALL,       SYS_CALL,  SYS_CALL, SYS_SEND,   SYS_RECV,
                                  SYS_REPLY_RECV, SYS_REPLY, SYS_KEEP, SYS_SIGNAL, SYS_WAIT,
                                  SYS_YIELD,      SYS_NULL,  SYS_NOW,  SYS_REAP};
    const struct start_info *start = start_page();
    uint64_t r = attack_random(), values[10];
    for (size_t i = 0; i < 10; i++) {
        uint64_t v = attack_random();
        const uint64_t choice[8] = {start->signal,
                                    start->untyped,
                                    start->services[1],
                                    CAP_SELF,
                                    v % 64,
                                    v,
                                    1ull << 32 | (192 + v % 64),
                                    TEST_PAGES_BASE + v % 64 * PAGE_SIZE};
        values[i] = choice[attack_random() % 8];
    }
    struct syscall s = {
        .word = (uint64_t)ops[r % sizeof ops] << CALL_OP_SHIFT | (r >> 8 & METHOD_MAX),
        .target = values[0],
        .w = {values[1], values[2], values[3], values[4], values[5], values[6]},
        .lease = values[7],
        .cap = values[8],
        .slot = values[9] & 0xff,
        .deadline = 1
    };
    // Taking back its own memory takes its own stack away: allowed as well.
    if (s.target == CAP_SELF && s.w[0] == start->untyped)
        return;
    if (r >> 20 & 1)
        s.word |= (r >> 21 & 3) << CALL_LEASE_SHIFT;
    if (r >> 24 & 1)
        s.word |= CALL_CAP;
    if (r >> 25 & 1)
        s.word |= (r >> 32 & 0xff) << CALL_ERROR_SHIFT;
    syscall_enter(&s);
}

static void words_run(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        random_call();
    words_done = true;
    test_thread_rest();
}

// Random system calls by one thread after the other: a call to an endpoint of its own waits for
// ever.
const char *attack_call_words(void)
{
    for (int round = 0; round < 6; round++) {
        struct test_thread t;
        uint32_t state = 1;
        uint64_t ran;
        if (test_thread_start(&t, words_run, 8000, PRIORITY) != ERR_OK)
            break; // it has used up its own memory, as it may
        while (!words_done && state <= 1 && thread_info(t.thread, &state, &ran) == ERR_OK)
            raw_yield();
        words_done = false;
    }
    return NULL;
}

const char *attack_bad_word(void)
{
    struct syscall s = {.word = 1ull << 63};
    syscall_enter(&s);
    return "a call word that means nothing was taken";
}

// Single-stepping into the kernel: the trap flag counts from the instruction after `popfq` on,
// which is the system call.
const char *attack_trace_syscall(void)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "pushfq\n\t"
                     "orq %1, (%%rsp)\n\t"
                     "movl %2, %%eax\n\t"
                     "popfq\n\t"
                     "syscall\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+m"(call_errors)
                     : "i"(FLAG_TF), "i"(SYS_NULL << CALL_OP_SHIFT)
                     : LOST);
    return "it was not stopped";
}

// Registers that this thread has no state for could hold somebody else's.
const char *attack_vector_code(void)
{
    __asm__ volatile("fldz\n\tfstp %st(0)");
    return "they could be used";
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What flows where nobody meant it to: registers, vector state, selectors, unused words, padding.
#include "attack.h"
#include "gen/cell.h"
#include "gen/entropy.h"
#include "gen/frame.h"
#include "gen/log.h"
#include "gen/steward.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

enum { PRIORITY = 90, ROUNDS = 200, POISON = 0x70, REGISTERS = 16 };
#define ARITHMETIC    0x8d7ull // the flags that arithmetic changes, and the one that is always set
#define INTERRUPTS_ON 0x200u

static const char no_memory[] = "no memory to try with";

// Every register by its number in the instruction set: rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15.
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };
uint64_t state_in[REGISTERS], state_out[REGISTERS];
uint64_t state_flags;
void state_call(void);

// Load all registers but rsp from state_in, make the system call, store all in state_out.
__asm__(".text\n"
        "state_call:\n"
        "    pushq %rbx\n    pushq %rbp\n    pushq %r12\n    pushq %r13\n"
        "    pushq %r14\n    pushq %r15\n"
        "    movq %rsp, state_in + 32(%rip)\n"
        "    movq state_in(%rip), %rax\n    movq state_in + 8(%rip), %rcx\n"
        "    movq state_in + 16(%rip), %rdx\n    movq state_in + 24(%rip), %rbx\n"
        "    movq state_in + 40(%rip), %rbp\n    movq state_in + 48(%rip), %rsi\n"
        "    movq state_in + 56(%rip), %rdi\n    movq state_in + 64(%rip), %r8\n"
        "    movq state_in + 72(%rip), %r9\n    movq state_in + 80(%rip), %r10\n"
        "    movq state_in + 88(%rip), %r11\n    movq state_in + 96(%rip), %r12\n"
        "    movq state_in + 104(%rip), %r13\n    movq state_in + 112(%rip), %r14\n"
        "    movq state_in + 120(%rip), %r15\n"
        "    syscall\n"
        ".globl state_back\n"
        "state_back:\n"
        "    movq %rax, state_out(%rip)\n    movq %rcx, state_out + 8(%rip)\n"
        "    movq %rdx, state_out + 16(%rip)\n    movq %rbx, state_out + 24(%rip)\n"
        "    movq %rsp, state_out + 32(%rip)\n    movq %rbp, state_out + 40(%rip)\n"
        "    movq %rsi, state_out + 48(%rip)\n    movq %rdi, state_out + 56(%rip)\n"
        "    movq %r8, state_out + 64(%rip)\n    movq %r9, state_out + 72(%rip)\n"
        "    movq %r10, state_out + 80(%rip)\n    movq %r11, state_out + 88(%rip)\n"
        "    movq %r12, state_out + 96(%rip)\n    movq %r13, state_out + 104(%rip)\n"
        "    movq %r14, state_out + 112(%rip)\n    movq %r15, state_out + 120(%rip)\n"
        "    pushfq\n    popq state_flags(%rip)\n"
        "    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n"
        "    popq %rbp\n    popq %rbx\n"
        "    ret\n");

extern uint8_t state_back[];

static void poison(uint64_t word, uint64_t target)
{
    for (uint64_t r = 0; r < REGISTERS; r++)
        state_in[r] = 0x1111111111111100u * (r % 4 + 1) + POISON + r;
    state_in[RAX] = word;
    state_in[RDI] = target;
    state_in[R12] = state_in[R13] = state_in[R14] = 0;
    state_in[R15] = 1;
}

static bool kept(int r)
{
    return state_out[r] == state_in[r];
}

// Words: rsi rdx r8 r9 r10 rbx.
static const uint8_t words[MESSAGE_WORDS] = {RSI, RDX, R8, R9, R10, RBX};

static bool words_kept(int from)
{
    for (int i = from; i < MESSAGE_WORDS; i++)
        if (!kept(words[i]))
            return false;
    return true;
}

static bool words_zero(int from)
{
    for (int i = from; i < MESSAGE_WORDS; i++)
        if (state_out[words[i]] != 0)
            return false;
    return true;
}

// rcx and r11 are the caller's own place and flags, rsp, rbp, r14 and r15 are kept.
static bool convention_holds(void)
{
    return kept(RSP) && kept(RBP) && kept(R14) && kept(R15) &&
           state_out[RCX] == (uint64_t)(uintptr_t)state_back &&
           (state_out[R11] & ~ARITHMETIC) == INTERRUPTS_ON;
}

// After each operation every register is the caller's own, or what the convention says.
const char *attack_result_registers(void)
{
    static const struct {
        enum sys_op op;
        int zero_from; // the words that are zero afterwards; MESSAGE_WORDS: all are kept
    } ops[] = {
        {SYS_NULL,   MESSAGE_WORDS},
        {SYS_YIELD,  MESSAGE_WORDS},
        {SYS_REAP,   MESSAGE_WORDS},
        {SYS_NOW,    1            },
        {SYS_KEEP,   MESSAGE_WORDS},
        {SYS_SEND,   MESSAGE_WORDS},
        {SYS_RECV,   MESSAGE_WORDS},
        {SYS_REPLY,  MESSAGE_WORDS},
        {SYS_SIGNAL, MESSAGE_WORDS},
    };
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        poison(raw_word(ops[i].op, 0), 0x7fffffff00000000);
        state_call();
        bool good =
            ops[i].zero_from == MESSAGE_WORDS ? words_kept(0) : words_zero(ops[i].zero_from);
        if (!good || !convention_holds() || !kept(RDI) || !kept(R12) || !kept(R13))
            return "a register that is not its own";
    }
    // A timed out wait, bits, and a method of an object with nothing to say.
    poison(raw_word(SYS_WAIT, 0), start_page()->signal);
    state_call();
    if ((state_out[RAX] & 0xff) != ERR_TIMED_OUT || !words_kept(0) || !convention_holds())
        return "a register that is not its own, after a wait";
    if (sys_signal(start_page()->signal, 0x20000) != ERR_OK)
        return no_memory;
    poison(raw_word(SYS_WAIT, 0), start_page()->signal);
    state_call();
    if (state_out[RSI] != 0x20000 || !words_zero(1) || !convention_holds() || state_out[RDI] != 0)
        return "a register that is not its own, after bits";
    poison(raw_word(SYS_CALL, UNTYPED_METHOD_INFO), start_page()->untyped);
    state_call();
    if (state_out[RAX] != ERR_OK || !words_zero(2) || !convention_holds() || state_out[RDI] != 0 ||
        state_out[R12] != 0 || state_out[R13] != 0)
        return "a register that is not its own, after a call";
    return NULL;
}

static cap_t endpoint;

// A server's registers are full of something else when it answers; another caller's message was
// full as well.
static void full_run(uint64_t reply)
{
    struct syscall s;
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK) {
        for (int i = 0; i < MESSAGE_WORDS; i++)
            s.w[i] = reply;
        err = raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
    test_thread_rest();
}

// Answers carry the six words and nothing else of the server's.
const char *attack_reply_registers(void)
{
    struct test_thread t;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        test_thread_start(&t, full_run, 0x5151, PRIORITY) != ERR_OK)
        return no_memory;
    for (int round = 0; round < 4; round++) {
        raw_yield(); // now and then the server waits already: the other path through the kernel
        poison(raw_word(SYS_CALL, 1), endpoint);
        state_call();
        for (int i = 0; i < MESSAGE_WORDS; i++)
            if (state_out[words[i]] != 0x5151)
                return "an answer that was not given";
        if (state_out[RAX] != ERR_OK || state_out[RDI] != 0 || !convention_holds() ||
            (state_out[R12] != 0 && !kept(R12)) || (state_out[R13] != 0 && !kept(R13)))
            return "a register of the server's";
    }
    return NULL;
}

static bool kernel_seen(void)
{
    for (int r = 0; r < REGISTERS; r++)
        if (state_out[r] >> 47 != 0 && !kept(r))
            return true;
    return false;
}

// Every method of everything that it holds, with good and bad arguments: no answer holds an address
// of the kernel's half.
const char *attack_seek_kernel(void)
{
    const struct start_info *start = start_page();
    cap_t made[6] = {0};
    uint32_t n = 0;
    if (untyped_retype_endpoint(start->untyped, test_slot(), &made[n++]) != ERR_OK ||
        untyped_retype_thread(start->untyped, test_slot(), &made[n++]) != ERR_OK ||
        untyped_retype_frame(start->untyped, test_slot(), 1, &made[n++]) != ERR_OK ||
        untyped_retype_signal(start->untyped, test_slot(), &made[n++]) != ERR_OK ||
        untyped_retype_untyped(start->untyped, test_slot(), 4, RIGHT_ALL, &made[n++]) != ERR_OK)
        return no_memory;
    const cap_t targets[] = {made[1], made[2], made[4], start->untyped, start->signal};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        for (uint32_t method = 0; method < 12; method++)
            for (uint64_t slot = 200; slot < 202; slot++) {
                poison(raw_word(SYS_CALL, method), targets[i]);
                state_in[RSI] = slot;
                state_in[RDX] = 1;
                state_call();
                if (kernel_seen())
                    return "an address of the kernel's";
            }
    for (uint32_t service = 1; service < START_SERVICES; service++)
        for (uint32_t method = 0; start->services[service] != 0 && method <= METHOD_MAX; method++) {
            poison(raw_word(SYS_CALL, method), start->services[service]);
            state_call();
            if (kernel_seen())
                return "an address of the kernel's, in a service's answer";
        }
    return NULL;
}

// Words that an answer does not use are zero, whatever the call's words were and the server had.
const char *attack_service_words(void)
{
    const struct start_info *start = start_page();
    const struct {
        cap_t to;
        uint32_t method, used;
    } calls[] = {
        {start->services[STEWARD_SERVICE], STEWARD_METHOD_USAGE,  3},
        {start->services[VAULT_SERVICE],   VAULT_METHOD_STATUS,   3},
        {start->services[ENTROPY_SERVICE], ENTROPY_METHOD_RANDOM, 0}, // refused: it lends nothing
        {start->services[LOG_SERVICE],     LOG_METHOD_WRITE,      0}, // the same
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        poison(raw_word(SYS_CALL, calls[i].method), calls[i].to);
        state_call();
        if (!words_zero((int)calls[i].used) || state_out[RDI] != 0 || !convention_holds())
            return "a word that says nothing holds something";
    }
    return NULL;
}

// What the steward wrote on the start page is for this cell, and the rest of the page is empty.
const char *attack_start_page(void)
{
    const struct start_info *start = start_page();
    const uint8_t *page = (const uint8_t *)CELL_START_BASE;
    for (size_t i = 0; i < sizeof start->seed; i++)
        if (start->seed[i] != 0)
            return "a seed";
    for (size_t i = strlen(start->argument); i < sizeof start->argument; i++)
        if (start->argument[i] != 0)
            return "the end of a longer argument";
    for (size_t i = strlen(start->name); i < sizeof start->name; i++)
        if (start->name[i] != 0)
            return "the end of a longer name";
    for (size_t i = sizeof *start; i < PAGE_SIZE; i++)
        if (page[i] != 0)
            return "something behind what is for it";
    return start->zero == 0 && start->endpoint == 0 ? NULL : "a word that should be zero";
}

// --- floating point and vector state

struct vectors { // as fxsave writes it (Intel SDM volume 1, 10.5.1)
    uint16_t control, status;
    uint8_t tags, zero;
    uint16_t opcode;
    uint64_t ip, dp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t x87[8][16], xmm[16][16];
    uint8_t rest[96];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct vectors) == 512, "FXSAVE's area");

static struct vectors vectors[2];
static const char *volatile vectors_wrong;
static volatile int vectors_done;

static bool vectors_clean(const struct vectors *v)
{
    if (v->control != 0x37f || (v->status & 0x3fff) != 0 || v->tags != 0 || v->mxcsr != 0x1f80)
        return false;
    for (size_t i = 0; i < sizeof v->xmm; i++)
        if (((const uint8_t *)v->xmm)[i] != 0)
            return false;
    return true;
}

// These threads have no signal of their own to rest on.
_Noreturn static void vectors_rest(void)
{
    for (;;)
        raw_yield();
}

static void vectors_run(uint64_t me)
{
    struct vectors *v = &vectors[me], now;
    __asm__ volatile("fxsave64 %0" : "=m"(*v));
    if (!vectors_clean(v))
        vectors_wrong = "somebody's vector registers, at its start";
    memset(v->xmm, 0x31 + (int)me, sizeof v->xmm);
    for (int i = 0; i < 8; i++)
        memset(v->x87[i], 0x41 + (int)me, 8);
    v->tags = 0xff;
    v->control = (uint16_t)(0x37f - me * 0x300);
    v->mxcsr = (uint32_t)(0x1f80 + me * 0x2000);
    __asm__ volatile("fxrstor64 %0" : : "m"(*v) : "memory");
    for (int i = 0; i < ROUNDS; i++) {
        raw_yield();
        __asm__ volatile("fxsave64 %0" : "=m"(now));
        if (now.mxcsr != v->mxcsr || now.control != v->control || now.tags != v->tags ||
            memcmp(now.xmm, v->xmm, sizeof now.xmm) != 0 || memcmp(now.x87[0], v->x87[0], 8) != 0 ||
            memcmp(now.x87[7], v->x87[7], 8) != 0)
            vectors_wrong = "somebody's vector registers";
    }
    vectors_done++;
    vectors_rest();
}

// A thread with vector state.
static bool vector_start(void (*run)(uint64_t argument), uint64_t argument, uint64_t stack)
{
    cap_t thread = 0, frame = 0;
    return test_pages(stack, 4, &frame) == ERR_OK &&
           untyped_retype_thread(start_page()->untyped, test_slot(), &thread) == ERR_OK &&
           thread_start(thread, CAP_SELF, (uint64_t)(uintptr_t)run, stack + 4 * PAGE_SIZE - 8,
                        argument, PRIORITY, THREAD_FPU) == ERR_OK;
}

// Two threads with vector state, and this one without: nobody finds anybody else's.
const char *attack_vector_registers(void)
{
    if (!vector_start(vectors_run, 0, TEST_PAGES_BASE) ||
        !vector_start(vectors_run, 1, TEST_PAGES_BASE + 8 * PAGE_SIZE))
        return no_memory;
    while (vectors_done < 2 && !vectors_wrong)
        raw_yield();
    return vectors_wrong;
}

static void wide_run(uint64_t unused)
{
    (void)unused;
    // VXORPS YMM0, YMM0, YMM0 inside another instruction: the build refuses vector code in a cell
    // without libc.
    __asm__ volatile("jmp 1f + 1\n\t1: movl $0xc057fcc5, %%eax" : : : "rax");
    vectors_done = 1;
    vectors_rest();
}

// The upper halves of wide vector registers, which the kernel does not save: they must not be
// there.
const char *attack_wide_vectors(void)
{
    if (!vector_start(wide_run, 0, TEST_PAGES_BASE))
        return no_memory;
    while (!vectors_done)
        raw_yield();
    return "wide vector registers that nobody saves";
}

// --- selectors

static uint32_t selectors(void)
{
    uint16_t ds, es, fs, gs;
    __asm__ volatile("mov %%ds, %0\n\tmov %%es, %1\n\tmov %%fs, %2\n\tmov %%gs, %3"
                     : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs));
    return (uint32_t)(ds | es | fs | gs);
}

static void selectors_run(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint64_t w[MESSAGE_WORDS] = {0};
        __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\tmov %0, %%gs"
                         :
                         : "r"(0x1b));
        raw_yield();
        __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es" : : "r"(0x1b));
        err_t err = raw_call(endpoint, 1, w);
        (void)err;
    }
}

// Segment registers, which nothing needs, must carry nothing from one thread to another.
const char *attack_selectors(void)
{
    struct test_thread t;
    struct syscall s;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        test_thread_start(&t, selectors_run, 0, PRIORITY) != ERR_OK)
        return no_memory;
    for (int i = 0; i < ROUNDS; i++) {
        raw_yield();
        if (selectors() != 0)
            return "somebody else's segment registers";
        if (i % 2 == 0 && raw_recv(endpoint, 0, 0, &s) != ERR_OK)
            return "no call came";
        if (selectors() != 0)
            return "a caller's segment registers";
        if (i % 2 == 0 && raw_reply_recv(endpoint, 1, ERR_OK, 0, &s) != ERR_TIMED_OUT)
            return "a call came too early";
        if (selectors() != 0)
            return "somebody else's segment registers, after a message";
    }
    return NULL;
}

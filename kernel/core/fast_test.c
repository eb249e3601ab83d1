// SPDX-License-Identifier: GPL-3.0-or-later
// The fast path against the C path: fast.S, run in this process, and syscall_enter with sched_leave
// get the same random states, and must leave the same memory, the same CPU, and the same registers
// to user mode. `kernel_fast [seed [count]]`; a state that differs is named by its own seed.
#include "../test/door.h"
#include "../test/fast_state.h"
#include "budget.h"
#include "object.h"
#include "tests/seed.h"
#include "tests/unit.h"

enum { STATES = 100000, CONFINED_EVERY = 1024, SHOWN = 12 };

static const char *const kinds[] = {"calls", "calls with a lease", "answers",
                                    "answers that return a lease", "null calls"};
static uint64_t state_seed;

// What the two may leave differently, because nobody reads it before it is written:
static void forget_unread(void)
{
    struct cpu *cpu = &host_cpu;

    cpu->scratch = 0; // entry.S alone uses it, within one entry
    cpu->loaded = 0;  // each entry names the thread that has been running
    // No clock is read on the fast path: the time since is charged at the next look at the clock,
    // to the same payer (I18), but as the caller's own.
    budget_account(cpu, host_now);
    cpu->runner = 0;
    for (uint32_t i = 0; i < STATE_THREADS; i++) {
        struct thread *t = state_thread(i);

        // The running thread's registers are in the CPU, where they are compared; each entry saves
        // them anew, and says how it is to be left.
        if (t == cpu->current) {
            memset(&t->regs, 0, sizeof(t->regs));
            t->return_fully = 0;
        }
        // Words, result and what `syscall` destroys of one that waits: the end of the wait writes
        // the first two, and the last two count only for who was interrupted.
        if ((t->state == THREAD_CALLING || t->state == THREAD_RECEIVING) && !t->return_fully) {
            memset(t->regs.w, 0, sizeof(t->regs.w));
            t->regs.rax = t->regs.rcx = t->regs.r11 = 0;
        }
        // What kind of message it sent last: every sending says so anew.
        if (t->state == THREAD_READY || t->state == THREAD_RECEIVING)
            t->message = 0;
    }
}

static void finish(uint8_t *copy)
{
    if (object_reap() != ERR_OK)
        abort();
    forget_unread();
    state_save(copy);
}

static void differ(const uint8_t *fast, const uint8_t *c)
{
    uint64_t offset;
    int shown = 0;

    for (uint64_t i = 0; i < state_bytes() && shown < SHOWN; i++)
        if (fast[i] != c[i]) {
            const char *place = state_place(i, &offset);

            fprintf(stderr, "    %s + %llu: fast path %02x, C path %02x\n", place,
                    (unsigned long long)offset, fast[i], c[i]);
            shown++;
        }
}

// True if fast.S did it alone.
static bool compare(uint64_t seed, uint8_t *start, uint8_t *fast, uint8_t *c, uint64_t *kind)
{
    struct host_registers in, out;
    bool alone;

    *kind = state_make(seed);
    in = host_registers;
    state_save(start);
    alone = host_door();
    if (!alone)
        door_slow();
    out = host_registers;
    finish(fast);
    state_restore(start);
    host_registers = in;
    door_save(host_cpu.current);
    door_slow();
    finish(c);
    if (!CHECK(memcmp(&out, &host_registers, sizeof(out)) == 0) ||
        !CHECK(memcmp(fast, c, state_bytes()) == 0)) {
        fprintf(stderr, "    repeat with kernel_fast %#llx 1 (%s, the fast path %s)\n",
                (unsigned long long)seed, kinds[*kind],
                alone ? "took it" : "left it to the C path");
        for (uint32_t i = 0; i < sizeof(out) / sizeof(uint64_t); i++)
            if (((uint64_t *)&out)[i] != ((uint64_t *)&host_registers)[i])
                fprintf(stderr, "    register %u: fast path %#llx, C path %#llx\n", i,
                        (unsigned long long)((uint64_t *)&out)[i],
                        (unsigned long long)((uint64_t *)&host_registers)[i]);
        differ(fast, c);
    }
    return alone;
}

static void died(void)
{
    fprintf(stderr, "    stopped at state %#llx\n", (unsigned long long)state_seed);
}

int main(int argc, char **argv)
{
    uint64_t count = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", STATES);
    uint64_t seed = test_seed(argc, argv), made[STATE_KINDS] = {0}, taken[STATE_KINDS] = {0}, kind;
    uint8_t *copies[3];

    host_dies = died;
    state_open();
    for (int i = 0; i < 3; i++)
        copies[i] = malloc(state_bytes());
    for (uint64_t i = 0; i < count && unit_failures < UNIT_SHOWN; i++, seed += 0x9e3779b97f4a7c15) {
        state_seed = seed;
        taken[kind] += compare(seed, copies[0], copies[1], copies[2], &kind);
        made[kind]++;
        if (i % CONFINED_EVERY == 0 || i + 1 == count)
            CHECK(state_is_confined());
    }
    printf("fast path:");
    for (kind = 0; kind < STATE_KINDS; kind++) {
        printf(" %llu %% of %llu %s,", (unsigned long long)(taken[kind] * 100 / (made[kind] | 1)),
               (unsigned long long)made[kind], kinds[kind]);
        CHECK(taken[kind] * 5 > made[kind] || count < 1000); // fewer: single states are repeated
    }
    printf(" ");
    for (int i = 0; i < 3; i++)
        free(copies[i]);
    state_close();
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Where things lie, and what is on the stack: what a way in usually needs to become code.
#include "abi/layout.h"
#include "attack.h"

extern const char _start[]; // the first byte of this program's code (lib/os/entry.S)

static const char *reached(void)
{
    return "its code lies where it can be known to";
}

// The first place there is: where code would lie if nothing were drawn.
const char *attack_jump_known(void)
{
    uint64_t offset = (uint64_t)(uintptr_t)reached - (uint64_t)(uintptr_t)_start;
    const char *(*known)(void) =
        (const char *(*)(void))(uintptr_t)attack_at(cell_place(0, 1) + offset);
    return known();
}

// A table of pointers that the steward relocated.
static const char *(*const table[])(void) = {reached};

const char *attack_write_tables(void)
{
    *attack_at((uint64_t)(uintptr_t)&table[attack_random() & 0]) = 0;
    return "a relocated table could be changed";
}

static _Noreturn void smashed(void)
{
    attack_say("broke out: a return address was overwritten and used, at", own_code());
    for (;;)
        __asm__ volatile("ud2");
}

// What a copy without a bound does. Never inlined: it has a return address and a canary of its own.
__attribute__((noinline)) static void overflow(uint64_t value)
{
    uint8_t buffer[16];
    volatile uint64_t *word = (volatile uint64_t *)attack_at((uint64_t)(uintptr_t)buffer);
    for (int i = 0; i < 8; i++)
        word[i] = value;
}

const char *attack_smash_stack(void)
{
    overflow((uint64_t)(uintptr_t)smashed);
    return "a function returned over what was overwritten";
}

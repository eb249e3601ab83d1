// SPDX-License-Identifier: GPL-3.0-or-later
// A hostile app. Its manifest gives it what any app may have; its argument names the attack that it
// makes.
//
// An attack returns null when everything that it tried was refused, or says what it got. One that
// ends in a fault does not return: the steward's line is its verdict (tests/hostile/attacks.toml
// says which line it must be).
#pragma once
#include "abi/types.h"

#define ATTACK(name) const char *attack_##name(void);
#include "attacks.def"
#undef ATTACK

// A pointer that the compiler knows nothing about.
// A page of this cell's own code.
static inline uint64_t own_code(void)
{
    return (uint64_t)(uintptr_t)own_code & -(uint64_t)PAGE_SIZE;
}

static inline volatile uint8_t *attack_at(uint64_t address)
{
    __asm__ volatile("" : "+r"(address));
    return (volatile uint8_t *)address;
}

// Random enough to guess with; the same in each run.
uint64_t attack_random(void);

// Prints `text` and a number, for people who read the log.
void attack_say(const char *text, uint64_t value);

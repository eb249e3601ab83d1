// SPDX-License-Identifier: GPL-3.0-or-later
// Unpredictable words for start-up hardening only (canary, malloc's secret): never for keys.
#pragma once
#include <stdint.h>

// From RDRAND where the CPU has it; otherwise a mixture of the clock, the TSC and the stack's
// address, which an attacker may guess (docs/caveats.md).
uint64_t random_word(void);

// SPDX-License-Identifier: GPL-3.0-or-later
// The two sources that this cell can read itself.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Whether the CPU has RDSEED or RDRAND; asked once, before hardware_cpu.
bool hardware_cpu_present(void);

// One byte of what the CPU's generator gives; RDSEED if there is one. False: it gave nothing in
// many tries.
bool hardware_cpu(uint8_t *sample);

// The lowest byte of how long a walk through memory took, in ticks of the time stamp counter.
uint8_t hardware_jitter(void);

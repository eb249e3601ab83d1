// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
struct cpu;
struct cpu *this_cpu(void);

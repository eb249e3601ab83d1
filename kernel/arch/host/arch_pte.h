// SPDX-License-Identifier: GPL-3.0-or-later
// The host runs the kernel's algorithms on the page tables of x86-64.
#pragma once
#include "../x86_64/arch_pte.h"

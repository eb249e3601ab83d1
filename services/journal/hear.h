// SPDX-License-Identifier: GPL-3.0-or-later
// What happens without anybody telling the journal: it is fetched from the steward and the kernel.
#pragma once
#include "book.h"

enum { HEAR_MAX = 128 }; // of each kind at once; what is left is heard the next time

// Write down what the steward has recorded, and what the kernel has denied (`audit`: the capability
// for it, 0: there is none).
void hear_steward(struct book *b);
void hear_kernel(struct book *b, cap_t audit);

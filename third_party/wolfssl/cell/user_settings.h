// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for cells: no operating system below it, no heap, no entropy but what the caller hands
// in.
#pragma once
#include "full.h"

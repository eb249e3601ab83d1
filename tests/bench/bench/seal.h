// SPDX-License-Identifier: GPL-3.0-or-later
// What sealing costs: a cell of SEAL_PAGES pages of code, made and taken back each time.
#pragma once
#include "abi/types.h"

enum { SEAL_PAGES = 64 };

// Once: the tree, and the memory.
MUST_USE err_t seal_begin(void);
// Make the cell and fill its pages; seal them all; take everything back.
MUST_USE err_t seal_prepare(void);
MUST_USE err_t seal_all(void);
MUST_USE err_t seal_end(void);

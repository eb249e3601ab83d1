// SPDX-License-Identifier: GPL-3.0-or-later
// The question whether the person vouches for a program that no publisher vouches for. It comes
// from the vault, which signs on a yes (docs/chain.md).
#pragma once
#include "abi/types.h"

// If the vault has such a question, ask it and carry the answer back. NOT_FOUND: there is none.
MUST_USE err_t vouch_serve(void);

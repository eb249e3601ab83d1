// SPDX-License-Identifier: GPL-3.0-or-later
// One question to the person: shown, answered, told to the vault.
#pragma once
#include "abi/types.h"

// If the vault has a question, ask it and carry the answer back. NOT_FOUND: there is none.
MUST_USE err_t question_serve(void);

// SPDX-License-Identifier: GPL-3.0-or-later
// Questions that are not about signatures: may an app do more than its manifest gives it, and may
// an app be installed. They come from the steward, which carries out a yes.
#pragma once
#include "abi/types.h"

// If the steward has a question, ask it and carry the answer back. NOT_FOUND: there is none.
MUST_USE err_t ask_serve(void);

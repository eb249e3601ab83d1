// SPDX-License-Identifier: GPL-3.0-or-later
// A refusal: why a request is not signed, in a form that crosses cells. The table is
// abi/refusals.def. Functions that refuse return ERR_REFUSED and fill a struct refusal; they never
// do the one without the other.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum refusal_code {
    REFUSAL_NONE = 0,
#define REFUSAL(name, number, sentence) REFUSAL_##name = number,
#include "abi/refusals.def"
#undef REFUSAL
};

enum { REFUSAL_TEXT_MAX = 160 }; // bytes of a printed sentence with its final zero

struct refusal {
    uint32_t code;  // enum refusal_code
    uint32_t index; // of the input or output it is about, from 0; 0 where it is about none
};

// Fill `why` and return ERR_REFUSED.
MUST_USE err_t refusal_set(struct refusal *why, uint32_t code, uint32_t index);

// The code's name ("KEY_MISMATCH") and its sentence with '#' in it; NULL for a number not in the
// table.
const char *refusal_name(uint32_t code);
const char *refusal_sentence(uint32_t code);

// The sentence as a person reads it: '#' replaced by index + 1. Always ends in zero; an unknown
// code is printed as its number.
void refusal_print(struct refusal why, char out[static REFUSAL_TEXT_MAX]);

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "abi/types.h"

// The sentence behind an error code (abi/errors.def), for people.
const char *err_sentence(err_t error);

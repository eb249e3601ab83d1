// SPDX-License-Identifier: GPL-3.0-or-later
// Why a boot stops. These functions do not use err_t: "nothing is wrong" must be a wide constant,
// so that neither a cleared register nor a flipped bit reads as success.
#pragma once
#include "abi/types.h"

enum boot_stop {
    BOOT_STOP_NONE, // never returned: a forgotten answer is not an answer
#define STOP(name, wrong, remedy) BOOT_STOP_##name,
#include "format/boot_stop.def"
#undef STOP
    BOOT_STOP_COUNT,
    BOOT_CLEAR = 0x36c9a55c, // nothing is wrong
};

// What is wrong, and what to do: literal strings without a full stop, for any value of `stop`.
const char *boot_stop_wrong(enum boot_stop stop);
const char *boot_stop_remedy(enum boot_stop stop);

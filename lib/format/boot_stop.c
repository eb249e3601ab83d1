// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/boot_stop.h"

static const char *const STOP_WRONG[BOOT_STOP_COUNT] = {
    [BOOT_STOP_NONE] = "a check gave no answer",
#define STOP(name, wrong, remedy) [BOOT_STOP_##name] = (wrong),
#include "format/boot_stop.def"
#undef STOP
};

static const char *const STOP_REMEDY[BOOT_STOP_COUNT] = {
    [BOOT_STOP_NONE] = "turn the machine off and on; if it stays, do not trust it",
#define STOP(name, wrong, remedy) [BOOT_STOP_##name] = (remedy),
#include "format/boot_stop.def"
#undef STOP
};

static uint32_t stop_index(enum boot_stop stop)
{
    uint32_t number = (uint32_t)stop;
    return number < BOOT_STOP_COUNT ? number : BOOT_STOP_NONE;
}

const char *boot_stop_wrong(enum boot_stop stop)
{
    return STOP_WRONG[stop_index(stop)];
}

const char *boot_stop_remedy(enum boot_stop stop)
{
    return STOP_REMEDY[stop_index(stop)];
}

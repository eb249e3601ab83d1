// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/boot_stop.h"

struct stop_text {
    const char *wrong;
    const char *remedy;
};

static const struct stop_text STOP_TEXT[BOOT_STOP_COUNT] = {
    [BOOT_STOP_NONE] = {"a check gave no answer",
                        "turn the machine off and on; if it stays, do not trust it"},
#define STOP(name, wrong, remedy) [BOOT_STOP_##name] = {wrong, remedy},
#include "format/boot_stop.def"
#undef STOP
};

static const struct stop_text *stop_text(enum boot_stop stop)
{
    uint32_t number = (uint32_t)stop;
    return &STOP_TEXT[number < BOOT_STOP_COUNT ? number : BOOT_STOP_NONE];
}

const char *boot_stop_wrong(enum boot_stop stop)
{
    return stop_text(stop)->wrong;
}

const char *boot_stop_remedy(enum boot_stop stop)
{
    return stop_text(stop)->remedy;
}

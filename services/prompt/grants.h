// SPDX-License-Identifier: GPL-3.0-or-later
// What an app may do, as a list for the person: each method in the words of its interface.
#pragma once
#include "abi/consent.h"
#include <stdbool.h>

// Which of them. What is new or lost comes from the steward's comparison of two plans.
enum grants_part {
    GRANTS_MAY,      // from the start, or what a consent is about
    GRANTS_ASK,      // may be asked for later
    GRANTS_MAY_NEW,  // not had by the version that is replaced
    GRANTS_ASK_NEW,  //
    GRANTS_MAY_LOST, // had by that one only
    GRANTS_ASK_LOST, //
};

// Show those, below the line `title`. False, and nothing is shown: there are none.
bool grants_show(const struct question *q, enum grants_part part, const char *title);

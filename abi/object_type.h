// SPDX-License-Identifier: GPL-3.0-or-later
// What a capability can name. Reports about denied calls carry these numbers (abi/audit.idl).
#pragma once

enum object_type {
    OBJECT_NONE = 0,
    OBJECT_UNTYPED = 1,
    OBJECT_FRAME = 2,
    OBJECT_CELL = 3,
    OBJECT_THREAD = 4,
    OBJECT_ENDPOINT = 5,
    OBJECT_SIGNAL = 6,
    OBJECT_INTERRUPT = 7,
    OBJECT_PORT = 8,
    OBJECT_BUDGET = 9,
    OBJECT_DEVICE = 10,
    OBJECT_AUDIT = 11, // one capability of the steward's and what is derived from it
};

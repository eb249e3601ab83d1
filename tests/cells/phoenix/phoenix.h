// SPDX-License-Identifier: GPL-3.0-or-later
// What the server that crashes and its client have agreed on (phoenix stands where the link driver
// would).
#pragma once

enum phoenix_method {
    PHOENIX_COUNT = 1, // how often this was called since the server began: 0, 1, ...
    PHOENIX_CRASH = 2, // write to a null pointer, with the caller's page in hand
    PHOENIX_LATER = 3, // kept, and never answered
};

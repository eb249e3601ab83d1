// SPDX-License-Identifier: GPL-3.0-or-later
// The reader: PSBTs in, canonical requests out. It is where bytes from strangers are parsed, so it
// holds nothing worth stealing and nobody believes it.
//
//   FREE -- begin --> FILLING -- finish, good --> READY
//                       |  ^                       |
//        finish, refused|  |begin                  |begin, end
//                       v  |                       v
//                      SPENT ---- begin, end ---> FILLING, FREE
//
// S1  A session belongs to one caller, and only that caller can reach it.
// S2  `used` is at most `size`, which is at most PSBT_MAX.
// S3  request, encoding and previous transactions are only given out in READY, when they come from
// the whole PSBT.
#pragma once
#include "gen/reader.h"

enum { READER_SESSIONS = 4 };

extern const struct reader_ops reader_operations;

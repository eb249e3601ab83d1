// SPDX-License-Identifier: GPL-3.0-or-later
// The libraries in the loader are built without assertions.
#pragma once
#define assert(condition) ((void)0)

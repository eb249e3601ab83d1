// SPDX-License-Identifier: GPL-3.0-or-later
// The source tree as a struct source: paths start from one folder.
#pragma once
#include "profile.h"

// `root` must live as long as the source.
struct source tree_source(const char *root);

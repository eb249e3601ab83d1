// SPDX-License-Identifier: GPL-3.0-or-later
// wolfCrypt for the host tool and the unit tests: the same code as in the cells.
#pragma once
#include "full.h"

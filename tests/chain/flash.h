// SPDX-License-Identifier: GPL-3.0-or-later
// The played flash memory behind its service, and a stretching that takes no time.
#pragma once
#include "gen/flash.h"

extern const struct flash_ops fake_flash_operations;

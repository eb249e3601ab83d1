// SPDX-License-Identifier: GPL-3.0-or-later
// The bit that the steward raises in the signal of each cell that may call steward.take_event, when
// there is something to take. The first START_DEVICES bits belong to interrupts.
#pragma once

enum { SIGNAL_EVENT = 1 << 16 };

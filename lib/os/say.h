// SPDX-License-Identifier: GPL-3.0-or-later
// A line of the log, for cells without printf; dropped by a cell that may not write there.
#pragma once

void say_line(const char *line);

// SPDX-License-Identifier: GPL-3.0-or-later
// The steward's last resort: lines straight to the third serial port, which is otherwise the log's.
// Used only while no log runs that could take them: it was not started, was given up, or the
// steward itself has to stop.
#pragma once

// Write "steward: TEXT". Does not wait for a device that is absent or stuck.
void voice_line(const char *text);

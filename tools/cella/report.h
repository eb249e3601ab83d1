// SPDX-License-Identifier: GPL-3.0-or-later
// Errors for people: `cella: what is wrong - what to do` on standard error, and exit codes.
#pragma once

enum { EXIT_GOOD = 0, EXIT_NO = 1, EXIT_UNABLE = 2 }; // NO: refused, or it does not hold

__attribute__((format(printf, 1, 2))) void report_error(const char *format, ...);

// News, not an error: also on standard error, so that standard output stays for results.
__attribute__((format(printf, 1, 2))) void report_note(const char *format, ...);

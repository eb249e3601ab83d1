// SPDX-License-Identifier: GPL-3.0-or-later
// Text that somebody else chose (file names, names in manifests) on its way to a terminal, which
// obeys control characters: a page could be cleared, a line forged.
#pragma once
#include <stddef.h>

enum { SHOWN_MAX = 4096 };

// `text` with a `?` for each byte of what is not to be shown: control characters (ASCII's and
// those from U+0080 to U+009F), marks that change the direction of writing, line ends of Unicode,
// and what is no UTF-8. Cut to SHOWN_MAX bytes. Valid until the fourth call after this one.
const char *shown(const char *text);

// The same in place, for a message of several lines: a line feed stays if a blank follows it, so
// that no line but the first begins like a message of ours.
void shown_message(char *text);

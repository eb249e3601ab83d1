// SPDX-License-Identifier: GPL-3.0-or-later
// The English words of BIP-39, each padded with zeros to the size of the longest and one more.
#pragma once

enum { WORDLIST_COUNT = 2048, WORDLIST_SIZE = 9 };

extern const char wordlist[WORDLIST_COUNT][WORDLIST_SIZE];

// SPDX-License-Identifier: GPL-3.0-or-later
// How a seed gets into the vault: typed by the person (`restore`), or made by the vault, written
// down by the person and typed (`create`). The words live in this cell from being typed or shown
// until the vault has taken them, the person gave up, or something failed; then they are wiped
// (P4).
#pragma once
#include <stdbool.h>

// Both return true when the vault has a seed.
bool words_restore(void);
bool words_create(void);

// The words, numbered, in rows, on the console.
void words_show(const char *words);

// "MAINNET" or "TESTNET" for enum values 1 and 2 of the vault's network.
const char *words_network(unsigned network);

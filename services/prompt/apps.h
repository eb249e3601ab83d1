// SPDX-License-Identifier: GPL-3.0-or-later
// The person's view of what is installed, and the word that takes a program back (docs/chain.md).
#pragma once
#include "abi/types.h"
#include "line.h"

enum apps_word { APPS_OTHERS = 0, APPS_VOUCHED = 1, APPS_NOT_VOUCHED = 2 }; // abi/vault.idl

// Whether a program's publisher is the device's own chain, and whether the person vouched there for
// just this one. `name`: 32 bytes. Asks the vault, so it does not depend on whoever offers it.
enum apps_word apps_word(const uint8_t publisher[32], const char *name, const uint8_t code_root[32],
                         uint64_t version);

// `apps` and `refuse NAME`. False: the line is neither.
bool apps_command(const struct line *line);

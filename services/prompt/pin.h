// SPDX-License-Identifier: GPL-3.0-or-later
// PINs: typed by the person, handed to the vault, wiped here on every path (P4). What is kept and
// what a verdict means is the vault's business (abi/vault.idl, methods 40 to 44).
#pragma once
#include <stdbool.h>

// Does a seed wait for its PIN? Says nothing.
bool pin_locked(void);

// What is kept on this device, as a line of the greeting; nothing if that is nothing.
void pin_greet(void);

// Ask for the PIN once. True: the vault has its seed.
bool pin_unlock(void);

// The vault has just got a seed: offer to keep it, if there is where.
void pin_offer(void);

// Commands of the idle console.
void pin_change(void);
void pin_words(void);

// Ask whether that is meant, and overwrite everything.
void pin_wipe(void);

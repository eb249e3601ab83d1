// SPDX-License-Identifier: GPL-3.0-or-later
// The event log's keeper: hears what happens, writes it down, gives it away signed.
//
//     steward (boots, faults, restarts, tampering) --+
//     kernel (denials) ------------------------------+--> book --> signed export --> companion
//     prompt (answers), installer (changes) ---------+
//
// Rules. What the prompt and the installer tell is written before their calls return, so before it
// takes effect. The chain's end is with the steward after every entry: a run of this program that
// comes after another goes on with the same chain, and its first entry says how many were lost.
// Whoever asks through the companion gets the whole log as it was when it was asked for, with a
// head signed at that moment over the nonce that came with the question.
#pragma once
#include "gen/journal.h"
#include "os/serve.h"

enum { JOURNAL_LOOK_MS = 100 }; // how often steward, kernel and companion are looked at

// The operations, and what the server's loop needs.
extern const struct journal_ops journal_operations;
nsec_t journal_deadline(void);
void journal_tick(void);

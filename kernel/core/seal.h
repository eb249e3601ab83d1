// SPDX-License-Identifier: GPL-3.0-or-later
// Sealed pages: code and constants that the cell's code root vouches for (abi/code.h).
//
//     open --frame.seal--> frozen --hash, proof--> sealed --last capability goes--> free
//      ^---- mapped, or the proof fails ---'
//
// Sealing maps: the page appears in its cell, at the place that its index says. It is in no other,
// and in that one for as long as page and cell exist.
//
// The one sealing in progress is a record of the kernel's, not something of its caller's stack: it
// does not matter whether the thread that began it lives. Whoever seals another page takes the
// record over; whoever asks for the same goes on with it. What it holds cannot be wrong: each hash
// was made of the one below it, and only one that equals the code root counts. So neither the proof
// nor who reads it needs to stay the same meanwhile.
//
// I31  A sealed page has one entry at most, at its index of its own cell's code, never writable,
// and
//     executable if and only if it is text; it is not unmapped, lent or moved.
// I32  The leaf of a sealed page, kept in its cell, led to the cell's code root.
#pragma once
#include "cell.h"
#include "frame.h"
#include "hash.h"

// abi/cell.idl: authorise. `w` are its six arguments.
MUST_USE APART err_t cell_authorise(struct cell *cell, const uint64_t w[6]);

// abi/frame.idl: seal. `w` are its arguments from `page` on; the proof is read in the cell
// `reader`. ERR_RESTART: somebody more urgent is waiting.
MUST_USE APART err_t frame_seal(const struct cap *c, struct cell *cell, const struct cell *reader,
                                const uint64_t w[5]);

// Seal page `index` without a proof: at boot, when its leaf was compared. Its entry is empty.
APART void seal_page(struct cell *cell, struct frame *f, uint32_t index, enum code_kind kind,
                     const uint32_t leaf[HASH_WORDS]);

// The cell at this address is another one from now on.
void seal_forget(void);

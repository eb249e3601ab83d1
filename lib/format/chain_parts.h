// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of format/chain.h share. Nobody else includes this. What answers a uint32_t here
// answers an enum chain_refusal.
#pragma once
#include "format/chain.h"
#include "format/item.h"

// An entry on the wire: an array of two byte strings.
struct chain_raw {
    struct span body; // what is signed
    struct span signature;
};

uint32_t chain_raw_read(struct reading *r, struct chain_raw *out);

// All fields but `hash`; `out` is zero where the entry says nothing.
uint32_t chain_body_parse(struct span body, struct chain_entry *out);

// Entry `sequence` of a chain whose entries were read once before, hash and all.
void chain_entry_get(const struct chain *chain, uint32_t sequence, struct chain_entry *out);

void chain_entry_hash(struct span body, uint8_t out[CHAIN_HASH]);

// What the hybrid signature signs: a domain string and the entry's hash.
void chain_message(const uint8_t hash[CHAIN_HASH], uint8_t out[CHAIN_MESSAGE]);

// What an entry that is in its place and well signed does to the registers, and to the chain.
uint32_t chain_apply(struct chain *chain, const struct chain_entry *entry);

// The values of a register since the chain has it, newest first.
struct chain_walk {
    const struct chain *chain;
    const struct chain_register *reg;
    uint32_t left, sequence;
};

struct chain_walk chain_walk_begin(const struct chain *chain, const struct chain_register *reg);

// The entry with the next older value; false: there are no more.
bool chain_walk_next(struct chain_walk *walk, struct chain_entry *out);

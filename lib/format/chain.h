// SPDX-License-Identifier: GPL-3.0-or-later
// Signature chains: what a developer, or a person, has said over time, in an order that nobody can
// change afterwards. docs/chain.md gives every field, the drawing of states and what recovery can
// do.
//
// A chain is a sequence (RFC 8742) of entries in deterministic CBOR (RFC 8949 section 4.2.1). Its
// id, a publisher's name for ever, is the hash of its first entry. Rules:
// - Every entry names the hash of the one before and is signed by the key to which that one
//   committed; the time never goes back. There is one encoding of an entry; all others are refused.
// - The recovery key, committed to by CREATE, may sign at any point instead, and only to claim the
//   chain. Of two branches the one that such an entry begins is right: chain_compare().
// - A good chain says nothing about whether it is the newest; a device remembers what it knows.
// Pure code: no allocation, no global state. A struct chain points into the bytes that were
// verified, which must outlive it. Nothing in it is secret.
#pragma once
#include "crypto/hybrid.h"
#include "format/register.h"

enum {
    CHAIN_HASH = 32,
    CHAIN_ENTRIES = 256,    // most entries of a chain
    CHAIN_REGISTERS = 32,   // most registers that one chain ever speaks of
    CHAIN_BODY_MAX = 3328,  // bytes of an entry's signed part
    CHAIN_ENTRY_MAX = 6720, // bytes of an entry
    CHAIN_MAX = CHAIN_ENTRIES * CHAIN_ENTRY_MAX,
    CHAIN_MESSAGE = 52,   // bytes that are signed
    CHAIN_TIME_BITS = 37, // of an entry's time: until the year 6325
};

enum chain_key_type { CHAIN_KEY_HYBRID = 1 };

// Numbers are permanent.
enum chain_operation {
    CHAIN_CREATE = 1,
    CHAIN_WRITE = 2,
    CHAIN_TRANSFER = 3, // a register, to the chain whose id is the value
    CHAIN_CLAIM = 4,    // a register that another chain gave; without a name, the chain itself
    CHAIN_APPEND = 5,
    CHAIN_REVOKE = 6, // a register; without a name, the chain itself
    CHAIN_OPERATION_LAST = 6,
};

// Keys of the map that is signed.
enum chain_field {
    CHAIN_FIELD_SEQUENCE = 1,
    CHAIN_FIELD_TIME = 2,
    CHAIN_FIELD_PREVIOUS = 3,
    CHAIN_FIELD_KEY_TYPE = 4,
    CHAIN_FIELD_KEY = 5,
    CHAIN_FIELD_NEXT = 6,
    CHAIN_FIELD_RECOVERY = 7,
    CHAIN_FIELD_OPERATION = 8,
    CHAIN_FIELD_REGISTER = 9,
    CHAIN_FIELD_REGISTER_TYPE = 10,
    CHAIN_FIELD_VALUE = 11,
    CHAIN_FIELD_LAST = 11,
};

// Why a chain, or what somebody wants of it, is refused. chain_sentence() says it in words.
enum chain_refusal {
    CHAIN_GOOD = 0,
#define REFUSAL(name, sentence) CHAIN_REFUSED_##name,
#include "format/chain_refusal.def"
#undef REFUSAL
    CHAIN_REFUSAL_COUNT,
};

// One entry. Pointers go into what was read.
struct chain_entry {
    uint64_t sequence; // from 0
    uint64_t time;     // seconds since 1970, UTC
    uint8_t previous[CHAIN_HASH];
    uint32_t key_type; // enum chain_key_type
    struct span key;   // empty: the one of the entry before
    uint8_t next[CHAIN_HASH];
    uint8_t recovery[CHAIN_HASH];
    uint32_t operation;           // enum chain_operation
    char name[REGISTER_NAME + 1]; // of the register; empty: the chain itself
    uint32_t type;                // enum register_type
    struct span value;
    uint8_t hash[CHAIN_HASH]; // of the signed part
};

enum chain_register_state {
    CHAIN_HELD = 1,
    CHAIN_GIVEN = 2, // to `peer`, with the entry `moved`
    CHAIN_ENDED = 3, // revoked
};

struct chain_register {
    char name[REGISTER_NAME + 1];
    uint32_t type;   // enum register_type
    uint32_t state;  // enum chain_register_state
    uint32_t writes; // values written, or leaves appended, since this chain has it
    uint32_t last;   // sequence of the newest entry with a value, also from before it was given
                     // away and came back; 0: there is none
    bool claimed;    // it came from the chain `peer`, which gave it with the entry `moved`
    uint8_t peer[CHAIN_HASH];
    uint8_t moved[CHAIN_HASH];
};

// A verified chain.
struct chain {
    const uint8_t *bytes;
    size_t size;
    uint32_t count;
    uint32_t recoveries; // entries that the recovery key signed
    uint64_t time;       // of the last entry
    bool revoked;
    uint8_t id[CHAIN_HASH];
    const uint8_t *key;           // that signed the last entry: HYBRID_PUBLIC_SIZE bytes
    uint8_t next[CHAIN_HASH];     // commitment to the key that signs the next one
    uint8_t recovery[CHAIN_HASH]; // commitment to the recovery key
    uint32_t register_count;
    struct chain_register registers[CHAIN_REGISTERS];
    uint32_t offset[CHAIN_ENTRIES]; // of each entry in `bytes`
    uint8_t hash[CHAIN_ENTRIES][CHAIN_HASH];
    bool recovered[CHAIN_ENTRIES]; // signed by the recovery key
};

struct chain_check {
    uint32_t refusal; // enum chain_refusal
    uint32_t entry;   // the sequence at which it was found
};

// Verify a whole chain from its CREATE. Errors: BAD_DATA, BAD_SIGNATURE; `check` says why in either
// case. `out` is the room to work in: on failure it is all zero.
MUST_USE err_t chain_verify(const uint8_t *bytes, size_t size, struct chain *out,
                            struct chain_check *check);

// Entry `sequence` of a verified chain. Errors: NOT_FOUND.
MUST_USE err_t chain_entry_at(const struct chain *chain, uint32_t sequence,
                              struct chain_entry *out);

// The register of that name, null if the chain never spoke of one.
const struct chain_register *chain_register_find(const struct chain *chain, const char *name);

// The newest value of a READONLY or RAW register, or the last leaf of an APPEND register. Errors:
// NOT_FOUND; `why` says whether it is unknown, given away, revoked or empty.
MUST_USE err_t chain_value(const struct chain *chain, const char *name, struct span *out,
                           enum chain_refusal *why);

// The newest value of a program register, held and readable; `revoked` is also set if the register
// or the chain was revoked. Errors: NOT_FOUND.
MUST_USE err_t chain_program(const struct chain *chain, const char *name,
                             struct program_register *out, enum chain_refusal *why);

// The value of a program register that said `version`, with the newest value's minimum. Errors:
// NOT_FOUND; `why` is PROGRAM_REVOKED if a higher version was revoked, and all below it.
MUST_USE err_t chain_program_version(const struct chain *chain, const char *name, uint64_t version,
                                     struct program_register *out, enum chain_refusal *why);

// Whether a program's value may follow the one before it in its register: an enum chain_refusal.
uint32_t program_follow(const struct program_register *before,
                        const struct program_register *after);

// What a device keeps of a chain that it has accepted (8 KB), to recognise older states and forks.
struct chain_memory {
    uint32_t count;
    uint8_t hash[CHAIN_ENTRIES][CHAIN_HASH];
    bool recovered[CHAIN_ENTRIES];
};

void chain_remember(const struct chain *chain, struct chain_memory *out);

// Whether `offered` may take the place of what is known: the same chain, or a longer one, or a
// branch that begins with a recovery where the known one goes on without any. Errors: BAD_STATE,
// `why`.
MUST_USE err_t chain_compare(const struct chain_memory *known, const struct chain *offered,
                             enum chain_refusal *why);

// Whether `giver` has given the register to `receiver`, and `receiver` has claimed it with that
// very entry. Errors: BAD_STATE, `why`.
MUST_USE err_t chain_moved(const struct chain *giver, const struct chain *receiver,
                           const char *name, enum chain_refusal *why);

// Who says that a program may run.
enum chain_voucher {
    CHAIN_NOBODY = 0,
    CHAIN_DEVELOPER = 1,
    CHAIN_USER = 2,
};

struct chain_vouch {
    enum chain_voucher voucher;
    enum chain_refusal developer; // what the developer's chain says; GOOD: it vouches
    enum chain_refusal user;      // and the user's
};

// May this program run? Yes if the user's chain vouches for it, or if the developer's does and the
// user has not refused it; see docs/chain.md. Either chain may be null. Errors: DENIED. `out` says
// who, and why not.
MUST_USE err_t chain_vouches(const struct chain *developer, const struct chain *user,
                             const struct program_offer *program, struct chain_vouch *out);

// The sentence for a person: what is wrong and what to do.
const char *chain_sentence(uint32_t refusal);

// ---- writing

// The hash by which an entry commits to the key of the next, or to the recovery key.
void chain_commit_next(const uint8_t key[static HYBRID_PUBLIC_SIZE], uint8_t out[CHAIN_HASH]);
void chain_commit_recovery(const uint8_t key[static HYBRID_PUBLIC_SIZE], uint8_t out[CHAIN_HASH]);

// What a new entry says; the rest follows from the chain.
struct chain_draft {
    uint64_t time;
    uint32_t operation;
    const char *name; // of the register, "" for the chain itself
    uint32_t type;    // enum register_type, 0 with the chain itself
    struct span value;
    const uint8_t *next; // commitments; null: as in the entry before
    const uint8_t *recovery;
};

// The next entry behind the first `keep` entries of `chain` (chain->count: behind all of them), or
// the first if `chain` has none, signed with `secret`. `out` gets it alone. What the entry says is
// not judged: verify the new chain. Errors: BAD_ARGUMENT (name or value too long, first without
// commitments), TOO_SMALL, and those of hybrid_make.
MUST_USE err_t chain_draft_sign(const struct chain *chain, uint32_t keep,
                                const struct chain_draft *draft,
                                const uint8_t secret[static HYBRID_SECRET_SIZE], uint8_t *out,
                                size_t cap, size_t *size);

// SPDX-License-Identifier: GPL-3.0-or-later
// Beat one of a system call: what its call word says (abi/syscall.h). A valid word is its five
// fields and nothing else; all others are refused as they are.
#pragma once
#include "abi/syscall.h"
#include "bits.h"

/*@ // The fields, as numbers: 6, 4, 2, 1 and 8 bits.
    logic integer word_method(integer w) = w % 64;
    logic integer word_op(integer w) = w / 256 % 16;
    logic integer word_lease(integer w) = w / 4096 % 4;
    logic integer word_cap(integer w) = w / 65536 % 2;
    logic integer word_error(integer w) = w / 4294967296 % 256;

    // Bits 6-7, 14-15, 17-31 and 40-63 mean nothing.
    predicate word_is_valid(integer w) =
      w / 64 % 4 == 0 && w / 16384 % 4 == 0 && w / 131072 % 32768 == 0 && w / 1099511627776 == 0;

    lemma word_steps: \forall integer w; is_word(w) ==>
      w / 256 == w / 64 / 4 && w / 4096 == w / 256 / 16 && w / 16384 == w / 4096 / 4 &&
      w / 65536 == w / 16384 / 4 && w / 131072 == w / 65536 / 2 &&
      w / 4294967296 == w / 131072 / 32768 && w / 1099511627776 == w / 4294967296 / 256;
    lemma word_whole: \forall integer w; is_word(w) && word_is_valid(w) ==>
      w == word_method(w) + word_op(w) * 256 + word_lease(w) * 4096 + word_cap(w) * 65536 +
           word_error(w) * 4294967296;
 */
_Static_assert(~CALL_VALID == (3u << 6 | 3u << 14 | 0x7fffull << 17 | ~0ull << 40), "the holes");

/*@ assigns \nothing;
    ensures refused: !\result ==> !word_is_valid(word);
    ensures accepted: \result ==> word_is_valid(word);
 */
static inline bool call_is_valid(uint64_t word)
{
    // One test of a mask, in the compiler's hands.
    return !((word >> 6 & 3) || (word >> 14 & 3) || (word >> 17 & 0x7fff) || word / (1ull << 40));
}

/*@ assigns \nothing;
    ensures op: \result == word_op(word) && \result < 16;
 */
static inline uint64_t call_op(uint64_t word)
{
    return word >> CALL_OP_SHIFT & 0xf;
}

/*@ assigns \nothing;
    ensures method: \result == word_method(word) && \result < 64;
 */
static inline uint64_t call_method(uint64_t word)
{
    return word & METHOD_MAX;
}

// enum sys_lease.
/*@ assigns \nothing;
    ensures lease: \result == word_lease(word) && \result < 4;
 */
static inline uint32_t call_lease(uint64_t word)
{
    return (uint32_t)(word >> CALL_LEASE_SHIFT & 3);
}

// Does a capability go along?
/*@ assigns \nothing;
    ensures cap: \result == word_cap(word) && \result < 2;
 */
static inline uint32_t call_passes(uint64_t word)
{
    return (uint32_t)(word >> CALL_CAP_SHIFT & 1);
}

// A reply's error.
/*@ assigns \nothing;
    ensures error: \result == word_error(word) && \result < 256;
 */
static inline err_t call_error(uint64_t word)
{
    return (err_t)(word >> CALL_ERROR_SHIFT & 0xff);
}

// Words alone: no lease, no capability.
/*@ assigns \nothing;
    ensures plain: \result <==> word_lease(word) == 0 && word_cap(word) == 0;
 */
static inline bool call_is_plain(uint64_t word)
{
    return call_lease(word) == LEASE_NONE && !call_passes(word);
}

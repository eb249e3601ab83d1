// SPDX-License-Identifier: GPL-3.0-or-later
// Arithmetic on bits, and what the proofs take for granted about it: each axiom is checked for all
// 64-bit words by tests/proof/bits.smt2 (docs/proof.md).
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*@ predicate is_word(integer x) = 0 <= x <= 0xffffffffffffffff;

    // 2^n - 1, for the n that the proofs need.
    predicate is_low_mask(integer m) =
      m == 1 || m == 3 || m == 15 || m == 63 || m == 255 || m == 4095 ||
      m == 0x7fff || m == 0xffffffff;

    axiomatic Bits {
      axiom and_below: \forall integer x, y;
        is_word(x) && is_word(y) ==> 0 <= (x & y) <= x && (x & y) <= y;
      axiom and_low: \forall integer m, x;
        is_low_mask(m) && is_word(x) ==> (m & x) == x % (m + 1);
      axiom shift_6: \forall integer x; is_word(x) ==> (x >> 6) == x / 64;
      axiom shift_8: \forall integer x; is_word(x) ==> (x >> 8) == x / 256;
      axiom shift_12: \forall integer x; is_word(x) ==> (x >> 12) == x / 4096;
      axiom shift_14: \forall integer x; is_word(x) ==> (x >> 14) == x / 16384;
      axiom shift_16: \forall integer x; is_word(x) ==> (x >> 16) == x / 65536;
      axiom shift_17: \forall integer x; is_word(x) ==> (x >> 17) == x / 131072;
      axiom shift_32: \forall integer x; is_word(x) ==> (x >> 32) == x / 4294967296;
    }
 */

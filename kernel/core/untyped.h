// SPDX-License-Identifier: GPL-3.0-or-later
// Untyped memory, from which everything else is carved, bottom up. Its capability holds all there
// is to know: `object` and pages say where, the carved mark how much is in use, `identity` up to
// which byte it is clean.
//
//     object            carved        identity (clean)          end
//       |  children ...    |   zeroes    |   old contents ...    |
//
// I15  Carved objects never overlap: each lies between the old carved mark and the new one.
// I16  Memory is handed out only below the clean mark.
// I17  The carved mark falls only when there is no child and no page is in use.
#pragma once
#include "cap.h"

enum { FRAME_PAGES_MAX = 1024, UNTYPED_UNIT = 64, UNTYPED_PAGES_MAX = (1 << 26) - 1 };
#define UNTYPED_MARK (1ull << 32) // above it in `extent`: the carved mark, in units

/*@ // The memory's size and the carved mark, in bytes.
    logic integer size_of{L}(struct cap *c) = c->extent % 4294967296 * 4096;
    logic integer mark_of{L}(struct cap *c) = c->extent / 4294967296 * 64;

    // Marks count 64-byte units in 32 bits: no piece of memory is 256 GB or more.
    predicate is_untyped{L}(struct cap *c) =
      0 < size_of(c) < 274877906944 && mark_of(c) <= size_of(c) &&
      c->object + size_of(c) <= 0xffffffffffffffff;
 */

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures size: \result == size_of(c);
 */
static inline uint64_t untyped_bytes(const struct cap *c)
{
    return c->extent % UNTYPED_MARK * PAGE_SIZE;
}

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures mark: \result == mark_of(c);
 */
static inline uint64_t untyped_carved(const struct cap *c)
{
    return c->extent / UNTYPED_MARK * UNTYPED_UNIT;
}

// A capability to `pages` pages at `base`, or to the first UNTYPED_PAGES_MAX of them.
/*@ requires can_insert(parent, c) && 0 < pages && base + pages * 4096 <= 0xffffffffffffffff;
    assigns *c, parent->first, parent->last, cap_of(parent->first)->prev, tree_counts,
      object_counts;
    ensures made: is_untyped(c) && mark_of(c) == 0 && c->identity == 0;
    ensures inside: c->object == base && size_of(c) <= pages * 4096;
 */
void untyped_make(struct cap *parent, struct cap *c, uint64_t base, uint64_t pages, uint8_t rights);

// Carve `bytes` (a multiple of 64), aligned to `align` (a power of two, 64 up to a page), zeroed if
// `clean`. Restartable: ERR_RESTART changed nothing that shows. Errors: NO_MEMORY; BUSY while a
// revoke goes over it, or, when nothing carved is left, while a lease or a thread's budget keeps a
// page.
MUST_USE err_t untyped_carve(struct cap *c, uint64_t bytes, uint64_t align, bool clean,
                             uint64_t *out);

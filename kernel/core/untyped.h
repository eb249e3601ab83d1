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

enum { FRAME_PAGES_MAX = 1024 };

static inline uint64_t untyped_bytes(const struct cap *c)
{
    return (c->extent & 0xffffffff) << PAGE_SHIFT;
}

static inline uint64_t untyped_carved(const struct cap *c)
{
    return c->extent >> 32 << 6;
}

void untyped_make(struct cap *parent, struct cap *c, void *base, uint64_t pages, uint8_t rights);

// Carve `bytes` (a multiple of 64), aligned to `align` (a power of two, 64 up to a page), zeroed if
// `clean`. Restartable: ERR_RESTART changed nothing that shows. Errors: NO_MEMORY; BUSY while a
// revoke goes over it, or, when nothing carved is left, while a lease or a thread's budget keeps a
// page.
MUST_USE err_t untyped_carve(struct cap *c, uint64_t bytes, uint64_t align, bool clean, void **out);

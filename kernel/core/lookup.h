// SPDX-License-Identifier: GPL-3.0-or-later
// Looking up a capability: type, right, method and expiry in one step, which cannot be half-used.
#pragma once
#include "arch.h"
#include "cell.h"
#include "thread.h"

/*@ // The thread's table, and a place for the answer that is no part of it.
    predicate can_look_up{L}(struct thread *t, struct cap **out) =
      \valid_read(t) && is_table(t->cell) && \valid(out) &&
      \separated(out, t, t->cell, t->cell->slots + (0 .. t->cell->slot_mask));

    predicate has_rights{L}(struct cap *c, integer right) = (c->rights & right) == right;
    predicate has_method{L}(struct cap *c, integer method) = (c->methods >> method & 1) == 1;
    predicate is_in_time{L}(struct cap *c) = c->expiry == 0 || c->expiry > clock_read;
 */

// May a capability be used with this right and method now? No clock is read for one that never
// expires.
/*@ requires \valid_read(c) && method < 64;
    assigns clock_read;
    ensures right: \result == ERR_OK ==> has_rights(c, right);
    ensures method: \result == ERR_OK ==> has_method(c, method);
    ensures time: \result == ERR_OK ==> is_in_time(c);
    ensures denied: \result == ERR_DENIED ==> !(has_rights(c, right) && has_method(c, method));
    ensures expired: \result == ERR_EXPIRED ==> !is_in_time(c);
    ensures only: \result == ERR_OK || \result == ERR_DENIED || \result == ERR_EXPIRED;
 */
MUST_USE err_t lookup_check(const struct cap *c, uint8_t right, uint64_t method);

// The endpoint capability behind a handle of the thread's cell. `*out` is set only on success.
/*@ requires can_look_up(t, out) && method < 64;
    assigns clock_read, *out \from t, handle, right;
    ensures named: \result == ERR_OK ==> is_named(t->cell, handle, *out);
    ensures type: \result == ERR_OK ==> (*out)->type == OBJECT_ENDPOINT;
    ensures right: \result == ERR_OK ==> has_rights(*out, right);
    ensures method: \result == ERR_OK ==> has_method(*out, method);
    ensures time: \result == ERR_OK ==> is_in_time(*out);
    ensures untouched: \result != ERR_OK ==> *out == \old(*out);
 */
MUST_USE err_t lookup_endpoint(const struct thread *t, cap_t handle, uint8_t right, uint64_t method,
                               struct cap **out);

// Any capability of a given type, for an argument of a kernel object's method.
/*@ requires can_look_up(t, out) && type != OBJECT_NONE;
    assigns clock_read, *out \from t, handle, right;
    ensures named: \result == ERR_OK ==> is_named(t->cell, handle, *out);
    ensures type: \result == ERR_OK ==> (*out)->type == type;
    ensures right: \result == ERR_OK ==> has_rights(*out, right);
    ensures time: \result == ERR_OK ==> is_in_time(*out);
    ensures untouched: \result != ERR_OK ==> *out == \old(*out);
 */
MUST_USE err_t lookup_typed(const struct thread *t, cap_t handle, enum object_type type,
                            uint8_t right, struct cap **out);

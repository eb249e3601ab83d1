// SPDX-License-Identifier: GPL-3.0-or-later
#include "lookup.h"

err_t lookup_check(const struct cap *c, uint8_t right, uint64_t method)
{
    if ((c->rights & right) != right || !(c->methods >> method & 1))
        return ERR_DENIED;
    if (c->expiry && c->expiry <= clock_now())
        return ERR_EXPIRED;
    return ERR_OK;
}

err_t lookup_endpoint(const struct thread *t, cap_t handle, uint8_t right, uint64_t method,
                      struct cap **out)
{
    struct cap *c = cell_find(t->cell, handle);
    err_t err;

    if (!c || c->type != OBJECT_ENDPOINT)
        return ERR_BAD_CAPABILITY;
    err = lookup_check(c, right, method);
    if (err)
        return err;
    *out = c;
    return ERR_OK;
}

err_t lookup_typed(const struct thread *t, cap_t handle, enum object_type type, uint8_t right,
                   struct cap **out)
{
    struct cap *c = cell_find(t->cell, handle);

    if (!c || c->type != type)
        return ERR_BAD_CAPABILITY;
    if ((c->rights & right) != right)
        return ERR_DENIED;
    if (c->expiry && c->expiry <= clock_now())
        return ERR_EXPIRED;
    *out = c;
    return ERR_OK;
}

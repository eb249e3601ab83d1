// SPDX-License-Identifier: GPL-3.0-or-later
#include "gen/steward.h"
#include "os/ipc.h"
#include "sdk/cella.h"

err_t cella_ask(uint32_t service, uint64_t methods, enum consent_kind kind, nsec_t expiry,
                nsec_t deadline)
{
    cap_t handle = 0;
    err_t err = steward_request(service, methods, kind, expiry, deadline, &handle);
    if (err == ERR_OK)
        ipc_consent_put(service, methods, handle);
    return err;
}

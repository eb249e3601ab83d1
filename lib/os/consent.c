// SPDX-License-Identifier: GPL-3.0-or-later
// Capabilities by consent, beside those that the start page names.
#include "abi/consent.h"
#include "os/ipc.h"

static struct {
    uint32_t service;
    uint64_t methods;
    cap_t handle;
} consents[CONSENT_SLOTS]; // by slot, as the steward gives them out

cap_t ipc_consented(uint32_t service, uint32_t method)
{
    for (uint32_t i = 0; i < CONSENT_SLOTS; i++)
        if (consents[i].service == service && (consents[i].methods >> method & 1) != 0)
            return consents[i].handle;
    return ipc_service(service);
}

void ipc_consent_put(uint32_t service, uint64_t methods, cap_t handle)
{
    uint32_t i = (uint32_t)handle - CONSENT_SLOT_FIRST;
    if (i >= CONSENT_SLOTS)
        return; // the steward gives no other
    // The newest answer counts where two of them speak of one method.
    for (uint32_t k = 0; k < CONSENT_SLOTS; k++)
        if (consents[k].service == service)
            consents[k].methods &= ~methods;
    consents[i].service = service;
    consents[i].methods = methods;
    consents[i].handle = handle;
}

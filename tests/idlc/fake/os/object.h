// SPDX-License-Identifier: GPL-3.0-or-later
// Calls to kernel objects are recorded like those to services.
#pragma once
#include "os/ipc.h"

static inline err_t object_call(cap_t self, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    return ipc_call(self, method, w);
}

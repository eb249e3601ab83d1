// SPDX-License-Identifier: GPL-3.0-or-later
// lib/os's own header, and the call that stubs with a `cap` argument make: no service has such a
// method yet, so lib/os does not have it either.
#pragma once
#include_next "os/ipc.h"

MUST_USE err_t ipc_call_cap(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS],
                            uint32_t lease_kind, size_t pages, cap_t cap);

// SPDX-License-Identifier: GPL-3.0-or-later
// The messages as generated code sees them, for the test of the interface compiler, which plays the
// kernel.
#pragma once
#include "abi/syscall.h"

#include <stdbool.h>

enum { REPLY_LATER = 0x100 };

struct message {
    uint64_t method;
    uint64_t identity;
    uint64_t w[MESSAGE_WORDS];
    void *lease;
    size_t lease_pages;
    uint32_t lease_kind;
    cap_t cap;
    bool signal;
    uint64_t bits;
    bool oneway;
    err_t error;
};

struct caller {
    uint64_t identity;
};

err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS]);
err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                     size_t pages);
err_t ipc_call_cap(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                   size_t pages, cap_t cap);
uint8_t *ipc_lease_area(void);
cap_t ipc_service(uint32_t service);
err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS]);
void wipe_bytes(void *data, size_t size);

// SPDX-License-Identifier: GPL-3.0-or-later
// Messages, as generated stubs and dispatchers use them. Programs call the stubs of gen/<service>.h
// and, if they serve, os/serve.h; few need more than the latter half of this header.
//
// Rules: a cell has one thread. A stub lends the first pages of the lease area for one call, so
// nothing else may live there. A message that was received must be answered before the next one is
// taken: by ipc_reply_recv, or later by ipc_reply if it was kept.
#pragma once
#include "abi/start.h"
#include "abi/syscall.h"
#include "abi/types.h"
#include <stdbool.h>

// What an operation returns when it has kept the reply. Outside the error table: it never travels.
enum { REPLY_LATER = 0x100 };

struct message {
    uint64_t method;
    uint64_t identity;         // of whoever sent it, from the capability that was used
    uint64_t w[MESSAGE_WORDS]; // arguments; then the reply's results
    void *lease;               // in this cell's window, until the reply
    size_t lease_pages;
    uint32_t lease_kind; // enum sys_lease
    cap_t cap;           // received along with it, 0 if none
    bool signal;         // not a message: `bits` of the bound signal
    uint64_t bits;
    bool oneway; // nobody waits for a reply
    err_t error; // for the reply
};

struct caller {
    uint64_t identity;
};

// The page that says what this cell has (abi/start.h).
const struct start_info *start_page(void);

// The endpoint for service number `service`, 0 if this cell may not call it.
cap_t ipc_service(uint32_t service);

// The same for a method that the person may allow while the cell runs: the capability by consent
// that has it, if there is one.
cap_t ipc_consented(uint32_t service, uint32_t method);

// What steward.request answered: from now on `methods` of `service` go through `handle`.
void ipc_consent_put(uint32_t service, uint64_t methods, cap_t handle);

// Where lent pages are: CELL_LEASE_PAGES of them.
uint8_t *ipc_lease_area(void);

// Call and wait for the reply. `w` holds the arguments, then the results.
MUST_USE err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS]);

// The same, lending the first `pages` pages of the lease area as `lease_kind` (enum sys_lease).
MUST_USE err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS],
                              uint32_t lease_kind, size_t pages);

// Take the next message or the bound signal's bits. Errors: TIMED_OUT, BAD_CAPABILITY.
MUST_USE err_t ipc_recv(cap_t endpoint, nsec_t deadline, struct message *m);

// Answer the message in `m` (error, w) if it still waits for one, then take the next.
MUST_USE err_t ipc_reply_recv(cap_t endpoint, nsec_t deadline, struct message *m);

// Keep the reply of the message being served: its lease ends, and `token` answers it later.
MUST_USE err_t ipc_keep(uint64_t *token);

// Answer a kept message, once.
MUST_USE err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS]);

// Zero `size` bytes at `data`, in a way that the compiler does not drop.
void wipe_bytes(void *data, size_t size);

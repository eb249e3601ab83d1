// SPDX-License-Identifier: GPL-3.0-or-later
// An app that may ask the vault for its state and tries everything else, often, then crashes. Each
// of its runs does the same.
#include "gen/vault.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"

enum { TRIES = 20000, METHODS = 5 };

int main(void)
{
    uint64_t w[MESSAGE_WORDS], denied = 0;
    cap_t vault = ipc_service(VAULT_SERVICE);
    for (uint32_t i = 0; i < TRIES; i++)
        denied += raw_call(vault, VAULT_METHOD_APPROVE + i % METHODS, w) == ERR_DENIED;
    probe_eq(denied, TRIES, "it may none of it");
    (void)probe_end();
    __asm__ volatile("ud2");
    return 1;
}

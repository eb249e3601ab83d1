// SPDX-License-Identifier: GPL-3.0-or-later
// Less urgent than a cell that spins and one that is in debt with the vault: both have budgets, so
// it is served all the same.
#include "gen/vault.h"
#include "tests/cells/probe.h"

enum { CALLS = 1000 };

int main(void)
{
    uint32_t state, network, fingerprint;
    int good = 0;

    for (int i = 0; i < CALLS; i++)
        good += vault_status(&state, &network, &fingerprint) == ERR_OK;
    probe_eq((uint64_t)good, CALLS, "each call is answered");
    return probe_end();
}

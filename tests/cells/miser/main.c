// SPDX-License-Identifier: GPL-3.0-or-later
// It calls the vault as often as its budget allows, which is not a million times.
#include "gen/vault.h"
#include "tests/cells/probe.h"

enum { CALLS = 1000 * 1000 };

int main(void)
{
    uint32_t state, network, fingerprint;

    probe_say("calls the vault");
    for (int i = 0; i < CALLS; i++)
        if (vault_status(&state, &network, &fingerprint) != ERR_OK)
            probe_say("was refused");
    probe_say("goes on");
    return 0;
}

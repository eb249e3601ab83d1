// SPDX-License-Identifier: GPL-3.0-or-later
// A third party's app, as small as it gets: it says in the log what keys it has. They are its own:
// the wallet's, or those of an app that borrows this name, are others (the vault derives them from
// the publisher's key and the permanent app id).
#include <sdk/cella.h>
#include <stdio.h>

enum { PURPOSE = 84, WAIT_STEP = 250 }; // BIP-84; milliseconds

// The person types the words some time after the start. An app may only ask; it has no way to be
// told, so it asks now and then, and lets others run in between.
static err_t wait_for_seed(uint32_t *network, uint32_t *fingerprint)
{
    for (;;) {
        uint32_t state = 0;
        err_t err = vault_status(&state, network, fingerprint);
        if (err != ERR_OK || state == 1)
            return err;
        cella_sleep(sys_now() + (nsec_t)WAIT_STEP * 1000000);
    }
}

int main(void)
{
    uint32_t network = 0, fingerprint = 0;
    uint8_t xpub[VAULT_ACCOUNT_XPUB_SIZE];
    size_t size = 0;
    printf("sample app, argument \"%s\"\n", cella_argument());
    err_t err = wait_for_seed(&network, &fingerprint);
    if (err == ERR_OK)
        err = vault_account(PURPOSE, 0, xpub, sizeof xpub, &size);
    if (err != ERR_OK) {
        printf("the vault says: %s\n", err_sentence(err));
        return 1;
    }
    printf("network %s\n", network == 1 ? "main" : "test");
    printf("my keys: fingerprint %08x\n", (unsigned)fingerprint);
    printf("my account 0: %.*s\n", (int)size, (const char *)xpub);
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// A receive-only account: once there is a seed, asks the person whether it may see its own extended
// public key, and writes the descriptor into the log, which a wallet program imports to watch the
// account. The key is this app's own: money that is sent there is spent by an app with this
// publisher and app id, or by nobody.
#include "descriptor.h"

#include <sdk/cella.h>
#include <stdio.h>

enum {
    PURPOSE = 84,
    ACCOUNT = 0,
    STEP_MS = 250,
    ANSWER_MINUTES = 5,
    SEED_OPEN = 1,
    NETWORK_MAIN = 1
};

// An app is not told when the seed is opened, so it looks now and then, and lets others run.
static err_t seed_wait(uint32_t *network, uint32_t *fingerprint)
{
    for (;;) {
        uint32_t state = 0;
        err_t err = vault_status(&state, network, fingerprint);
        if (err != ERR_OK || state == SEED_OPEN)
            return err;
        cella_sleep(sys_now() + (nsec_t)STEP_MS * 1000000);
    }
}

// One question at a time is open on the device; another app's is waited for.
static err_t key_ask(void)
{
    const uint64_t methods = (uint64_t)1 << VAULT_METHOD_ACCOUNT;
    const nsec_t deadline = sys_now() + (nsec_t)ANSWER_MINUTES * 60 * 1000000000;
    for (;;) {
        err_t err = cella_ask(VAULT_SERVICE, methods, CONSENT_ONCE, 0, deadline);
        if (err != ERR_BUSY || sys_now() >= deadline)
            return err;
        cella_sleep(sys_now() + (nsec_t)STEP_MS * 1000000);
    }
}

int main(void)
{
    uint32_t network = 0, fingerprint = 0;
    char text[DESCRIPTOR_MAX];
    uint8_t key[VAULT_ACCOUNT_XPUB_SIZE];
    size_t size = 0;
    err_t err = seed_wait(&network, &fingerprint);

    if (err == ERR_OK)
        err = key_ask();
    if (err == ERR_REFUSED) {
        printf("the person said no: nothing is shown\n");
        return 0;
    }
    if (err == ERR_OK) // the one call that the yes was for
        err = vault_account(PURPOSE, ACCOUNT, key, sizeof key, &size);
    if (err != ERR_OK) {
        printf("no key: %s\n", err_sentence(err));
        return 1;
    }
    if (!descriptor_make(fingerprint, network == NETWORK_MAIN, (const char *)key, size, text)) {
        printf("the vault's key has no form that a descriptor can hold\n");
        return 1;
    }
    printf("%s\n", text);
    return 0;
}

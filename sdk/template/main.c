// SPDX-License-Identifier: GPL-3.0-or-later
#include <sdk/cella.h>
#include <stdio.h>

int main(void)
{
    uint32_t state = 0, network = 0, fingerprint = 0;
    err_t err = vault_status(&state, &network, &fingerprint);
    printf("hello from @NAME@\n");
    if (err != ERR_OK) {
        printf("the vault says: %s\n", err_sentence(err));
        return 1;
    }
    printf("the seed is %s\n", state == 1 ? "open" : "not there yet");
    return 0;
}

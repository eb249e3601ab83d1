// SPDX-License-Identifier: GPL-3.0-or-later
#include <string.h>

#include "crypto/wipe.h"
#include "gen/steward.h"
#include "vault.h"

static struct client clients[VAULT_CLIENTS];

// With an earlier run of the same cell, if its place was not needed: ending is no way to ask on.
static struct patience patience_of(const uint8_t name[32], const uint8_t publisher[32])
{
    struct patience worst = {.refused = 0};
    for (size_t i = 0; i < VAULT_CLIENTS; i++)
        if (clients[i].identity != 0 && memcmp(clients[i].name, name, BUNDLE_NAME) == 0 &&
            memcmp(clients[i].publisher, publisher, sizeof clients[i].publisher) == 0 &&
            clients[i].patience.refused > worst.refused)
            worst = clients[i].patience;
    return worst;
}

// Ask the steward who that is.
static err_t client_identify(uint64_t identity, struct client *client)
{
    uint8_t name[32], publisher[32], app_id[32];
    uint32_t app = 0;
    err_t err = steward_identify(identity, name, publisher, app_id, &app);
    if (err)
        return err;
    const struct patience patience = patience_of(name, publisher);
    memset(client, 0, sizeof *client);
    client->patience = patience;
    memcpy(client->name, name, BUNDLE_NAME);
    memcpy(client->publisher, publisher, sizeof client->publisher);
    memcpy(client->app_id, app_id, APP_ID_SIZE);
    client->identity = identity;
    return ERR_OK;
}

// A place for a new one; null if all are taken by those who are there (V8).
static struct client *client_room(void)
{
    uint8_t name[32], publisher[32], app_id[32];
    uint32_t app;
    for (size_t i = 0; i < VAULT_CLIENTS; i++)
        if (clients[i].identity == 0)
            return &clients[i];
    for (size_t i = 0; i < VAULT_CLIENTS; i++)
        if (!vault_busy_with(&clients[i]) &&
            steward_identify(clients[i].identity, name, publisher, app_id, &app) == ERR_NOT_FOUND)
            return &clients[i];
    return NULL;
}

err_t client_of(uint64_t identity, struct client **out)
{
    struct client *found = NULL;
    if (identity == 0)
        return ERR_DENIED; // a capability without a holder's name: nothing of ours
    for (size_t i = 0; i < VAULT_CLIENTS && !found; i++)
        if (clients[i].identity == identity)
            found = &clients[i];
    if (!found)
        found = client_room();
    if (!found)
        return ERR_NO_SLOT;
    if (found->identity != identity) {
        client_clear(found);
        err_t err = client_identify(identity, found);
        if (err)
            return err;
    }
    *out = found;
    return ERR_OK;
}

void client_clear(struct client *client)
{
    client->state = RESULT_NONE;
    client->why = (struct refusal){REFUSAL_NONE, 0};
    client->signature_count = 0;
    wipe(client->signatures, sizeof client->signatures);
    wipe(client->evidence, sizeof client->evidence);
    client->evidence_size = 0;
}

void clients_forget(void)
{
    for (size_t i = 0; i < VAULT_CLIENTS; i++) {
        client_clear(&clients[i]);
        clients[i].fingerprint = 0;
    }
}

void client_refuse(struct client *client, struct refusal why)
{
    client_clear(client);
    client->state = RESULT_REFUSED;
    client->why = why;
}

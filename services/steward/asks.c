// SPDX-License-Identifier: GPL-3.0-or-later
#include "asks.h"
#include "abi/syscall.h"
#include "gen/steward.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include <string.h>

static const struct plan_grant *grant_of(const struct asks *a, uint64_t cell, uint32_t service)
{
    const struct bundle_view *v = a->keeper->house.view;
    for (uint32_t i = 0; i < v->grant_count; i++)
        if (v->grants[i].cell == cell && v->grants[i].service == service)
            return &v->grants[i];
    return NULL;
}

static cap_t endpoint_of(const struct asks *a, uint32_t service)
{
    return service < START_SERVICES ? a->keeper->endpoints[service] : 0;
}

static void asker_answer(struct asks *a, err_t error, cap_t handle)
{
    err_t err = steward_request_reply(desk_close(&a->desk), error, handle);
    (void)err; // it died meanwhile: what it was given went with it
}

static void question_make(const struct plan_cell *c, const struct consent_wish *w,
                          struct question *q)
{
    *q = (struct question){.kind = QUESTION_CONSENT,
                           .consent = w->kind,
                           .expiry = w->expiry,
                           .grant_count = 1,
                           .grants = {{.service = w->service, .methods = w->methods}}};
    memcpy(q->name, c->name, sizeof q->name);
    memcpy(q->publisher, c->publisher, sizeof q->publisher);
}

err_t asks_request(struct asks *a, uint64_t identity, const struct consent_wish *wish,
                   nsec_t deadline)
{
    struct question about;
    if (identity == 0 || identity >= a->keeper->house.view->cell_count)
        return ERR_DENIED;
    const struct plan_grant *g = grant_of(a, identity, wish->service);
    err_t err = consent_check(&a->consents[identity], wish, g != NULL ? g->consent : 0);
    if (err == ERR_OK && endpoint_of(a, wish->service) == 0)
        err = ERR_PEER_DEAD;
    if (err == ERR_OK)
        err = desk_free(&a->desk, deadline);
    if (err != ERR_OK)
        return err;
    question_make(&a->keeper->house.view->cells[identity], wish, &about);
    a->wish = *wish;
    err = desk_open(&a->desk, &about, identity, deadline);
    return err != ERR_OK ? err : REPLY_LATER;
}

static err_t give(struct asks *a)
{
    uint64_t identity = a->desk.asker;
    cap_t endpoint = endpoint_of(a, a->wish.service), handle = 0;
    err_t err = endpoint == 0
                    ? ERR_PEER_DEAD
                    : consent_give(&a->consents[identity], &a->wish,
                                   a->keeper->tenants[identity].cell, endpoint, identity, &handle);
    a->consents[identity].refused = 0;
    asker_answer(a, err, handle);
    return err;
}

err_t asks_answer(struct asks *a, uint64_t sequence, uint32_t answer, uint32_t number)
{
    if (answer < QUESTION_YES || answer > QUESTION_TROUBLE)
        return ERR_BAD_ARGUMENT;
    err_t err = desk_judge(&a->desk, sequence, answer, number);
    if (err == ERR_NOT_FOUND)
        return err;
    if (err == ERR_OK && answer == QUESTION_YES)
        return give(a);
    if (answer == QUESTION_TROUBLE) { // nobody has refused anything
        asker_answer(a, ERR_DEVICE, 0);
        return ERR_OK;
    }
    a->consents[a->desk.asker].refused++; // C3
    asker_answer(a, answer == QUESTION_LATE ? ERR_TIMED_OUT : ERR_REFUSED, 0);
    return err;
}

void asks_end(struct asks *a, uint64_t identity)
{
    if (identity == 0 || identity >= a->keeper->house.view->cell_count)
        return;
    consent_end(&a->consents[identity]);
    if (a->desk.state == DESK_EMPTY || a->desk.asker != identity)
        return;
    a->consents[identity].refused++; // or crashing would be a way to ask without end
    (void)desk_close(&a->desk);      // D4
}

nsec_t asks_due(const struct asks *a)
{
    return desk_due(&a->desk);
}

void asks_tick(struct asks *a)
{
    nsec_t now = sys_now();
    if (desk_late(&a->desk, now)) {
        a->consents[a->desk.asker].refused++;
        asker_answer(a, ERR_TIMED_OUT, 0);
    }
    desk_tick(&a->desk, now);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "asks.h"
#include "abi/syscall.h"
#include "gen/steward.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include <string.h>

static const struct plan_grant *grant_of(const struct asks *a, uint32_t cell, uint32_t service)
{
    uint32_t count;
    const struct plan_grant *grants = plan_grants(a->keeper->house.view, cell, &count);
    for (uint32_t i = 0; i < count; i++)
        if (grants[i].service == service)
            return &grants[i];
    return NULL;
}

// The number of the cell with that identity; 0, the steward's, for nobody.
static uint32_t number_of(const struct asks *a, uint64_t identity)
{
    uint32_t number = plan_number(a->keeper->house.view, identity);
    return number == CELLS_MAX ? 0 : number;
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
    uint32_t number = number_of(a, identity);
    if (number == 0)
        return ERR_DENIED;
    const struct plan_grant *g = grant_of(a, number, wish->service);
    err_t err = consent_check(&a->consents[number], wish, g != NULL ? g->consent : 0);
    if (err == ERR_OK && endpoint_of(a, wish->service) == 0)
        err = ERR_PEER_DEAD;
    if (err == ERR_OK)
        err = desk_free(&a->desk, deadline);
    if (err != ERR_OK)
        return err;
    question_make(plan_cell(a->keeper->house.view, number), wish, &about);
    a->wish = *wish;
    err = desk_open_kept(&a->desk, &about, identity, deadline);
    return err != ERR_OK ? err : REPLY_LATER;
}

err_t asks_guest(struct asks *a, uint64_t identity, const struct question *about, uint32_t place,
                 nsec_t deadline)
{
    if (patience_over(&a->patience[number_of(a, identity)], sys_now()))
        return ERR_DENIED;
    err_t err = desk_free(&a->desk, deadline);
    if (err != ERR_OK)
        return err;
    a->place = place;
    desk_open(&a->desk, about, identity, deadline);
    return ERR_OK;
}

static bool about_guest(const struct asks *a)
{
    return a->desk.state != DESK_EMPTY && a->desk.about.kind != QUESTION_CONSENT;
}

bool asks_open(const struct asks *a, uint32_t place)
{
    return about_guest(a) && a->place == place;
}

// A question about a guest has ended, and this is what its asker learns from it.
static void patience_count(struct asks *a, enum question_answer answer)
{
    struct patience *p = &a->patience[number_of(a, a->desk.asker)];
    if (answer == QUESTION_YES)
        patience_yes(p);
    else if (answer != QUESTION_TROUBLE)
        patience_no(p, sys_now());
}

static void guest_close(struct asks *a, enum question_answer answer)
{
    patience_count(a, answer);
    (void)desk_close(&a->desk); // nobody's call is kept
}

void asks_withdraw(struct asks *a)
{
    guest_close(a, QUESTION_NO);
}

static err_t give(struct asks *a)
{
    uint64_t identity = a->desk.asker;
    uint32_t number = number_of(a, identity); // it is there, or its question would not be
    cap_t endpoint = endpoint_of(a, a->wish.service), handle = 0;
    err_t err = endpoint == 0
                    ? ERR_PEER_DEAD
                    : consent_give(&a->consents[number], &a->wish, a->keeper->tenants[number].cell,
                                   endpoint, identity, &handle);
    a->consents[number].refused = 0;
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
    if (about_guest(a)) {
        const enum question_answer said =
            err == ERR_OK ? (enum question_answer)answer : QUESTION_NO;
        guest_close(a, said);
        a->answered(a->context, a->place, said);
        return err;
    }
    if (err == ERR_OK && answer == QUESTION_YES)
        return give(a);
    if (answer == QUESTION_TROUBLE) { // nobody has refused anything
        asker_answer(a, ERR_DEVICE, 0);
        return ERR_OK;
    }
    a->consents[number_of(a, a->desk.asker)].refused++; // C3
    asker_answer(a, answer == QUESTION_LATE ? ERR_TIMED_OUT : ERR_REFUSED, 0);
    return err;
}

void asks_end(struct asks *a, uint64_t identity)
{
    uint32_t number = number_of(a, identity);
    if (number == 0)
        return;
    consent_end(&a->consents[number]);
    if (a->desk.state == DESK_EMPTY || a->desk.asker != identity)
        return;
    if (about_guest(a)) {
        guest_close(a, QUESTION_NO);
        return;
    }
    a->consents[number].refused++; // or crashing would be a way to ask without end
    (void)desk_close(&a->desk);    // D4
}

nsec_t asks_due(const struct asks *a)
{
    return desk_due(&a->desk);
}

void asks_tick(struct asks *a)
{
    nsec_t now = sys_now();
    if (desk_late(&a->desk, now) && about_guest(a)) {
        asks_withdraw(a);
        a->answered(a->context, a->place, QUESTION_LATE);
    } else if (desk_late(&a->desk, now)) {
        a->consents[number_of(a, a->desk.asker)].refused++;
        asker_answer(a, ERR_TIMED_OUT, 0);
    }
    desk_tick(&a->desk, now);
}

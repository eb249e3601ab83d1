// SPDX-License-Identifier: GPL-3.0-or-later
#include "keeper.h"
#include "abi/syscall.h"
#include "gen/cell.h"
#include "os/error.h"
#include "os/panic.h"
#include "os/syscall.h"
#include <string.h>

static const struct plan_cell *plan_of(const struct keeper *k, uint32_t number)
{
    return plan_cell(k->house.view, number);
}

static struct text event_begin(struct keeper *k, uint32_t number)
{
    struct text t = events_add(&k->events);
    text_string(&t, "cell ");
    text_name(&t, plan_of(k, number)->name, BUNDLE_NAME);
    return t;
}

static void record(struct keeper *k, uint32_t number, uint32_t kind, uint64_t cause,
                   uint64_t detail)
{
    struct record r = {.kind = kind, .cause = cause, .detail = detail, .time = sys_now()};
    memcpy(r.name, plan_of(k, number)->name, sizeof r.name);
    records_add(&k->records, &r);
}

static void stop(struct keeper *k, uint32_t number)
{
    ASSERT(tenant_stop(k->house.memory, &k->tenants[number]) == ERR_OK,
           "a cell that was made here cannot be taken back");
}

err_t keeper_start(struct keeper *k, uint32_t number, const char **step)
{
    struct tenant *t = &k->tenants[number];
    err_t err = tenant_make(&k->house, number, t, step);
    if (err != ERR_OK)
        return err;
    *step = "start";
    err = tenant_start(&k->house, number, t);
    if (err != ERR_OK)
        stop(k, number);
    return err;
}

static void report_refusal(struct keeper *k, uint32_t number, const char *step, err_t err)
{
    struct text t = event_begin(k, number);
    record(k, number, RECORD_NOT_STARTED, err, 0);
    text_string(&t, " was not started (");
    text_string(&t, step);
    text_string(&t, "): ");
    text_string(&t, err_sentence(err));
}

// Nobody will serve there any more: take the endpoint away from all who hold it.
static void give_up(struct keeper *k, uint32_t number)
{
    cap_t *endpoint = &k->endpoints[plan_of(k, number)->service];
    if (plan_of(k, number)->service == 0 || *endpoint == 0)
        return;
    err_t err = cell_revoke(CAP_SELF, *endpoint);
    if (err == ERR_OK)
        err = slot_delete(&k->house.memory->slots, *endpoint);
    ASSERT(err == ERR_OK, "an endpoint that was made here cannot be taken back");
    *endpoint = 0;
}

void keeper_begin(struct keeper *k)
{
    for (uint32_t apps = 0; apps < 2; apps++) {
        for (uint32_t i = 1; i < k->house.view->cell_count; i++) {
            const char *step;
            if (((plan_of(k, i)->flags & PLAN_APP) != 0) != apps)
                continue;
            err_t err = keeper_start(k, i, &step);
            if (err == ERR_OK)
                continue;
            report_refusal(k, i, step, err);
            give_up(k, i);
        }
    }
}

// Whether it is started again, and when (`due`); otherwise why not, for the log.
static const char *decide(struct keeper *k, uint32_t number, const uint64_t words[4])
{
    struct watch *w = &k->watches[number];
    const struct plan_cell *c = plan_of(k, number);
    nsec_t now = sys_now();
    if ((c->flags & PLAN_RESTART) == 0 || (words[0] == FAULT_EXIT && words[2] == 0))
        return c->service != 0 ? "; nobody serves in its place" : "";
    while (w->count != 0 && now - w->crashes[0] >= KEEPER_CALM) {
        w->count--;
        memmove(&w->crashes[0], &w->crashes[1], w->count * sizeof w->crashes[0]);
    }
    if (w->count == RESTARTS_MAX)
        return c->service != 0 ? "; too often, so nobody serves in its place"
                               : "; too often, so it is given up";
    w->due = now + (KEEPER_DELAY << w->count);
    w->crashes[w->count++] = now;
    return "; it is started again";
}

// A cell that ends as it should has no fault. What a secret cell's status says is nobody's
// business.
static void fault_record(struct keeper *k, uint32_t number, const uint64_t words[4])
{
    bool quiet = (plan_of(k, number)->flags & PLAN_SECRET) != 0;
    uint64_t cause = words[0];
    if (cause == FAULT_TAMPERED)
        record(k, number, RECORD_TAMPER, cause, words[2]);
    else if (cause != FAULT_EXIT || words[2] != 0)
        record(k, number, RECORD_FAULT, cause, cause == FAULT_EXIT && !quiet ? words[2] : 0);
    if (k->watches[number].due == 0)
        record(k, number, RECORD_ENDED, k->watches[number].count == RESTARTS_MAX, 0);
}

void keeper_fault(struct keeper *k, uint64_t identity, const uint64_t words[4])
{
    uint32_t n = plan_number(k->house.view, identity);
    if (n == 0 || n == CELLS_MAX || k->tenants[n].state != TENANT_RUNNING)
        return;
    struct text t = events_add(&k->events);
    fault_describe(&t, plan_of(k, n), k->tenants[n].places.stack, words);
    stop(k, n);
    text_string(&t, decide(k, n, words));
    fault_record(k, n, words);
    if (k->watches[n].due != 0)
        return;
    give_up(k, n);
    // The kernel zeroes memory that is carved anew; nobody will carve this.
    k->watches[n].wipe = (plan_of(k, n)->flags & PLAN_SECRET) != 0;
    k->watches[n].due = k->watches[n].wipe ? sys_now() : 0;
}

nsec_t keeper_deadline(const struct keeper *k)
{
    nsec_t next = 0;
    for (uint32_t i = 1; i < CELLS_MAX; i++) {
        nsec_t due = k->watches[i].due;
        if (due != 0 && (next == 0 || due < next))
            next = due;
    }
    return next;
}

void keeper_tick(struct keeper *k)
{
    nsec_t now = sys_now();
    for (uint32_t i = 1; i < CELLS_MAX; i++) {
        struct watch *w = &k->watches[i];
        const char *step;
        if (w->due == 0 || w->due > now)
            continue;
        w->due = 0;
        err_t err =
            w->wipe ? tenant_wipe(k->house.memory, &k->tenants[i]) : keeper_start(k, i, &step);
        if (err == ERR_BUSY) { // what its earlier run lent is still in use
            w->due = now + KEEPER_DELAY;
        } else if (err != ERR_OK && w->wipe) {
            PANIC("the memory of a secret cell cannot be wiped");
        } else if (err != ERR_OK) {
            report_refusal(k, i, step, err);
            give_up(k, i);
        } else if (!w->wipe) {
            record(k, i, RECORD_RESTART, 0, 0);
        }
    }
}

uint32_t keeper_running(const struct keeper *k)
{
    uint32_t running = 0;
    for (uint32_t i = 1; i < CELLS_MAX; i++)
        running += k->tenants[i].state == TENANT_RUNNING;
    return running;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "desk.h"
#include "os/syscall.h"
#include <string.h>

void desk_start(struct desk *d, uint32_t number, session_send_t *send, void *sender)
{
    memset(d, 0, sizeof *d);
    session_start(&d->session, number, send, sender);
    d->number = number;
}

static uint32_t channel_of(const struct desk *d)
{
    return d->session.question.type >> 4;
}

static bool question_on(const struct desk *d, uint32_t channel)
{
    return d->session.open && channel_of(d) == channel;
}

// False: whoever waited is gone.
static bool wait_end(struct channel *c, err_t error)
{
    static const uint64_t nothing[MESSAGE_WORDS]; // what every wait answers
    c->kept = false;
    return ipc_reply(c->token, error, nothing) == ERR_OK;
}

static void question_end(struct desk *d, err_t status)
{
    err_t err = session_answer(&d->session, d->session.question.number, status, NULL, 0);
    (void)err; // only called while it is open
}

// A question that has just come: say so to whoever waits for it.
static void question_announce(struct desk *d)
{
    d->number = d->session.question.number;
    d->taken = false;
    if (!d->session.open)
        return;
    if (channel_of(d) >= DESK_CHANNELS) {
        question_end(d, ERR_NOT_FOUND);
        return;
    }
    struct channel *c = &d->channels[channel_of(d)];
    if (c->kept && !wait_end(c, ERR_OK))
        c->attended = false;
    d->due = sys_now() + (c->attended ? DESK_PATIENCE : DESK_ABSENT);
}

void desk_input(struct desk *d, const uint8_t *data, size_t size)
{
    session_input(&d->session, data, size);
    if (d->session.question.number != d->number)
        question_announce(d);
}

// Somebody is at the channel. What he took and never answered, he took in an earlier life.
static void channel_attend(struct desk *d, uint32_t channel, const struct caller *who)
{
    d->channels[channel].attended = true;
    if (question_on(d, channel) && d->taken && d->taker == who->identity)
        question_end(d, ERR_PEER_DEAD);
}

err_t desk_wait(struct desk *d, uint32_t channel, const struct caller *who, nsec_t deadline)
{
    struct channel *c = &d->channels[channel];
    if (c->kept && c->waiter != who->identity)
        return ERR_BUSY;
    if (c->kept)
        (void)wait_end(c, ERR_BUSY);
    channel_attend(d, channel, who);
    if (question_on(d, channel) && !d->taken)
        return ERR_OK;
    if (deadline != 0 && deadline <= sys_now())
        return ERR_TIMED_OUT;
    err_t err = ipc_keep(&c->token);
    if (err != ERR_OK)
        return err;
    c->kept = true;
    c->waiter = who->identity;
    c->deadline = deadline;
    return REPLY_LATER;
}

err_t desk_take(struct desk *d, uint32_t channel, const struct caller *who, uint8_t *payload,
                size_t cap, size_t *size, uint32_t *type, uint32_t *number)
{
    const struct question *q = &d->session.question;
    channel_attend(d, channel, who);
    if (!question_on(d, channel) || d->taken)
        return ERR_NOT_FOUND;
    if (q->size > cap)
        return ERR_TOO_SMALL;
    memcpy(payload, q->data, q->size);
    *size = q->size;
    *type = q->type;
    *number = q->number;
    d->taken = true;
    d->taker = who->identity;
    d->due = sys_now() + DESK_PATIENCE;
    return ERR_OK;
}

err_t desk_answer(struct desk *d, uint32_t channel, const struct caller *who, uint32_t number,
                  uint32_t status, const uint8_t *payload, size_t size)
{
    if (status >= ERR_COUNT)
        return ERR_BAD_ARGUMENT;
    if (!question_on(d, channel) || !d->taken || d->taker != who->identity)
        return ERR_NOT_FOUND;
    return session_answer(&d->session, number, (err_t)status, payload, size);
}

static void sooner(nsec_t *next, nsec_t due)
{
    if (due != 0 && (*next == 0 || due < *next))
        *next = due;
}

nsec_t desk_deadline(const struct desk *d)
{
    nsec_t next = d->session.open ? d->due : 0;
    for (uint32_t i = 0; i < DESK_CHANNELS; i++)
        if (d->channels[i].kept)
            sooner(&next, d->channels[i].deadline);
    return next;
}

void desk_tick(struct desk *d)
{
    nsec_t now = sys_now();
    for (uint32_t i = 0; i < DESK_CHANNELS; i++) {
        struct channel *c = &d->channels[i];
        if (c->kept && c->deadline != 0 && c->deadline <= now)
            (void)wait_end(c, ERR_TIMED_OUT);
    }
    if (!d->session.open || d->due > now)
        return;
    d->channels[channel_of(d)].attended = false;
    question_end(d, d->taken ? ERR_PEER_DEAD : ERR_NOT_FOUND);
}

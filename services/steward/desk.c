// SPDX-License-Identifier: GPL-3.0-or-later
#include "desk.h"
#include "gen/steward.h"
#include "os/ipc.h"
#include "os/random.h"
#include "os/syscall.h"

err_t desk_free(const struct desk *d, nsec_t deadline)
{
    if (d->state != DESK_EMPTY)
        return ERR_BUSY;
    return deadline != 0 && deadline <= sys_now() ? ERR_TIMED_OUT : ERR_OK;
}

static void wait_answer(struct desk *d, err_t answer)
{
    if (!d->waited)
        return;
    d->waited = false;
    err_t err = steward_wait_question_reply(d->wait_token, answer, d->sequence);
    (void)err; // a prompt that died meanwhile needs no answer
}

err_t desk_open_kept(struct desk *d, const struct question *about, uint64_t asker, nsec_t deadline)
{
    err_t err = ipc_keep(&d->token);
    if (err == ERR_OK)
        desk_open(d, about, asker, deadline);
    return err;
}

void desk_open(struct desk *d, const struct question *about, uint64_t asker, nsec_t deadline)
{
    nsec_t last = sys_now() + DESK_PATIENCE;
    d->state = DESK_UNSEEN;
    d->about = *about;
    d->asker = asker;
    d->deadline = deadline != 0 && deadline < last ? deadline : last;
    d->sequence++;
    wait_answer(d, ERR_OK);
}

uint64_t desk_close(struct desk *d)
{
    d->state = DESK_EMPTY;
    return d->token;
}

err_t desk_wait(struct desk *d, nsec_t deadline, uint64_t *sequence)
{
    if (d->state != DESK_EMPTY) {
        *sequence = d->sequence;
        return ERR_OK;
    }
    if (deadline != 0 && deadline <= sys_now())
        return ERR_TIMED_OUT;
    wait_answer(d, ERR_BUSY); // an earlier prompt, which is gone
    err_t err = ipc_keep(&d->wait_token);
    if (err != ERR_OK)
        return err;
    d->waited = true;
    d->wait_deadline = deadline;
    return REPLY_LATER;
}

err_t desk_fetch(struct desk *d, struct question *about, uint32_t *number, uint64_t *sequence)
{
    if (d->state == DESK_EMPTY)
        return ERR_NOT_FOUND;
    uint32_t step = 1 + (uint32_t)(random_word() % (DESK_NUMBERS - 1));
    d->number = (d->number + step) % DESK_NUMBERS; // D3
    d->state = DESK_SHOWN;
    *about = d->about;
    *number = d->number;
    *sequence = d->sequence;
    return ERR_OK;
}

err_t desk_judge(const struct desk *d, uint64_t sequence, uint32_t answer, uint32_t number)
{
    if (d->state != DESK_SHOWN || sequence != d->sequence) // D2
        return ERR_NOT_FOUND;
    return answer == QUESTION_YES && number != d->number ? ERR_REFUSED : ERR_OK;
}

nsec_t desk_due(const struct desk *d)
{
    nsec_t due = d->state != DESK_EMPTY ? d->deadline : 0;
    nsec_t wait = d->waited ? d->wait_deadline : 0;
    return due == 0 || (wait != 0 && wait < due) ? wait : due;
}

bool desk_late(const struct desk *d, nsec_t now)
{
    return d->state != DESK_EMPTY && d->deadline <= now; // D4
}

void desk_tick(struct desk *d, nsec_t now)
{
    if (d->waited && d->wait_deadline != 0 && d->wait_deadline <= now)
        wait_answer(d, ERR_TIMED_OUT);
}

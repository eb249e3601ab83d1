// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/companion/line.h"

enum { CHANNEL_LOG = 2 };

err_t (*line_log)(uint8_t type, const uint8_t *data, size_t size, struct wallet_answer *out);

void line_start(struct line *l, session_send_t *send, void *context)
{
    session_start(&l->session, 0, send, context);
    wallet_start(&l->wallet);
}

static void question_serve(struct line *l)
{
    static struct wallet_answer answer;
    const struct question *q = &l->session.question;
    if (!l->session.open)
        return;
    err_t status = q->type >> 4 == CHANNEL_LOG && line_log
                       ? line_log(q->type, q->data, q->size, &answer)
                       : wallet_serve(&l->wallet, q->type, q->data, q->size, &answer);
    (void)!session_answer(&l->session, q->number, status, answer.data, answer.length);
}

void line_turn(struct line *l, const uint8_t *data, size_t size)
{
    // Byte by byte where several frames could come at once: each question is served before the
    // next one takes its place, as one host would have it.
    for (size_t i = 0; i < size; i++) {
        session_input(&l->session, data + i, 1);
        question_serve(l);
    }
    wallet_step(&l->wallet);
}

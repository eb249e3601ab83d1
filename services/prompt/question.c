// SPDX-License-Identifier: GPL-3.0-or-later
#include "question.h"

#include <string.h>

#include "abi/bundle.h"
#include "answer.h"
#include "crypto/wipe.h"
#include "format/fingerprint.h"
#include "format/review.h"
#include "gen/vault.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "prompt.h"
#include "record.h"
#include "terminal.h"

#define SECOND ((nsec_t)1000000000)

static struct {
    uint8_t bytes[REQUEST_MAX];
    size_t size;
    uint8_t hash[REQUEST_HASH_SIZE]; // of `bytes`, made here (P1)
    char app[BUNDLE_NAME + 1];
    uint8_t publisher[VAULT_QUESTION_PUBLISHER_SIZE];
    uint32_t number; // secret until it is shown
    uint64_t sequence;
    struct request request;
    char text[REVIEW_MAX];
    size_t text_size;
} question;

static err_t question_fetch(void)
{
    uint8_t theirs[REQUEST_HASH_SIZE];
    memset(&question, 0, sizeof question);
    err_t err = vault_question(question.bytes, sizeof question.bytes, &question.size, theirs,
                               (uint8_t *)question.app, question.publisher, &question.number,
                               &question.sequence);
    if (err)
        return err;
    request_hash(question.bytes, question.size, question.hash);
    ASSERT(memcmp(theirs, question.hash, sizeof theirs) == 0, "P1: the vault signs other bytes");
    return ERR_OK;
}

static err_t question_render(void)
{
    char device[FINGERPRINT_TEXT], publisher[FINGERPRINT_TEXT];
    uint8_t key[VAULT_DEVICE_KEY_KEY_SIZE];
    struct refusal why;
    err_t err = vault_device_key(key);
    if (!err)
        err = request_decode(question.bytes, question.size, &question.request, &why);
    if (err)
        return err;
    fingerprint_text(key, device);
    fingerprint_text(question.publisher, publisher);
    struct review_context context = {device, question.app, publisher, question.sequence};
    return review_render(&question.request, &context, question.text, sizeof question.text,
                         &question.text_size, &why);
}

static void question_show(void)
{
    terminal_text("\n");
    answer_rule("---- request ", question.sequence);
    terminal_span(question.text, question.text_size);
    answer_rule("---- end of request ", question.sequence);
}

static bool question_gone(void)
{
    return vault_wait_question(1) == ERR_TIMED_OUT;
}

static enum answer fee_ask(struct line *line, nsec_t deadline)
{
    terminal_text("The fee is high. To go on, type `fee`. Anything else refuses.\n");
    enum answer answer = answer_take("fee", question.sequence, line, deadline, question_gone);
    if (answer == ANSWER_NO && line_is(line, "fee"))
        answer = ANSWER_FEE;
    return answer;
}

static enum answer number_ask(struct line *line, nsec_t deadline, uint32_t *number)
{
    terminal_text("To sign, type the number ");
    terminal_number(question.number, 4, '0');
    terminal_text(". Anything else refuses.\n");
    return answer_number("approve", question.sequence, line, deadline, question_gone, number);
}

static void refused_print(uint32_t code)
{
    terminal_text("Refused: ");
    terminal_text(refusal_sentence(code));
    terminal_text("\n");
}

// Tell the vault, and the person how it ended (P3).
static void question_answer(enum answer answer, uint32_t number)
{
    err_t err = ERR_OK;
    uint32_t code = REFUSAL_PERSON_SAID_NO;
    if (answer == ANSWER_NUMBER) {
        bool right = number == question.number;
        record_answer(right, question.app, question.hash,
                      right ? "payment" : "payment: another number");
        err = vault_approve(question.hash, number);
        code = right ? REFUSAL_UNAVAILABLE : REFUSAL_WRONG_NUMBER;
        if (!err) {
            terminal_text("Signed.\n");
            return;
        }
        if (right)
            record_answer(false, question.app, question.hash, "payment: it could not be signed");
    } else if (answer != ANSWER_GONE) {
        if (answer == ANSWER_LATE)
            code = REFUSAL_PERSON_TIMED_OUT;
        else if (answer == ANSWER_TROUBLE)
            code = REFUSAL_UNAVAILABLE;
        record_answer(false, question.app, question.hash,
                      answer == ANSWER_LATE      ? "payment: no answer"
                      : answer == ANSWER_TROUBLE ? "payment: the console had trouble"
                                                 : "payment");
        err = vault_reject(question.hash, code);
    }
    if (answer == ANSWER_GONE || err == ERR_NOT_FOUND)
        code = REFUSAL_WITHDRAWN;
    if (answer == ANSWER_LATE || answer == ANSWER_GONE)
        terminal_text("\n");
    refused_print(code);
}

err_t question_serve(void)
{
    struct line line = {.length = 0};
    uint32_t number = 0;
    enum answer answer = ANSWER_FEE;
    err_t err = question_fetch();
    if (err == ERR_NOT_FOUND)
        return err;
    terminal_calm();
    if (!err)
        err = question_render();
    if (err) {
        // Neither the reader nor an app can bring this about: the vault has decoded these bytes.
        question_answer(ANSWER_TROUBLE, 0);
        return err;
    }
    nsec_t deadline = sys_now() + PROMPT_PATIENCE_SECONDS * SECOND;
    question_show();
    if (review_needs_fee_word(&question.request))
        answer = fee_ask(&line, deadline);
    if (answer == ANSWER_FEE)
        answer = number_ask(&line, deadline, &number);
    question_answer(answer, number);
    line_wipe(&line);
    wipe(&question, sizeof question);
    terminal_flush();
    return ERR_OK;
}

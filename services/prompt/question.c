// SPDX-License-Identifier: GPL-3.0-or-later
#include "question.h"

#include <string.h>

#include "abi/bundle.h"
#include "crypto/wipe.h"
#include "format/fingerprint.h"
#include "format/review.h"
#include "gen/vault.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "prompt.h"
#include "terminal.h"

#define SECOND ((nsec_t)1000000000)

enum { RULE_WIDTH = 64 };

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

// What the person did.
enum answer {
    ANSWER_NO,
    ANSWER_NUMBER,  // four digits were typed
    ANSWER_FEE,     // `fee` was typed
    ANSWER_LATE,    // nothing, in time
    ANSWER_GONE,    // the vault has taken the question back
    ANSWER_TROUBLE, // the console failed or lost input: nobody knows what was typed (P2)
};

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

// A line that frames the question; always RULE_WIDTH wide.
static void rule(const char *start)
{
    size_t width = strlen(start) + 2;
    for (uint64_t rest = question.sequence; rest >= 10; rest /= 10)
        width++;
    terminal_text(start);
    terminal_number(question.sequence, 1, ' ');
    terminal_text(" ");
    for (; width < RULE_WIDTH; width++)
        terminal_text("-");
    terminal_text("\n");
}

static void question_show(void)
{
    terminal_text("\n");
    rule("---- request ");
    terminal_span(question.text, question.text_size);
    rule("---- end of request ");
}

static void sign_print(const char *word)
{
    terminal_text(word);
    terminal_text(" ");
    terminal_number(question.sequence, 1, ' ');
    terminal_text("> ");
}

// Wait for a line that is typed from now on: what came earlier is thrown away, and only then does
// the sign `word` say that the answer is awaited.
static enum answer answer_take(const char *word, struct line *line, nsec_t deadline)
{
    uint8_t byte;
    terminal_discard(); // P2: the last line before the answer has been written
    sign_print(word);
    line_begin(line, false);
    for (;;) {
        nsec_t now = sys_now();
        err_t err = terminal_byte(now + SECOND < deadline ? now + SECOND : deadline, &byte);
        if (terminal_trouble())
            return ANSWER_TROUBLE;
        if (!err && terminal_feed(line, byte))
            return ANSWER_NO;
        if (err == ERR_TIMED_OUT && sys_now() >= deadline)
            return ANSWER_LATE;
        if (err == ERR_TIMED_OUT && vault_wait_question(1) == ERR_TIMED_OUT)
            return ANSWER_GONE;
    }
}

static enum answer fee_ask(struct line *line, nsec_t deadline)
{
    terminal_text("The fee is high. To go on, type `fee`. Anything else refuses.\n");
    enum answer answer = answer_take("fee", line, deadline);
    if (answer == ANSWER_NO && line_is(line, "fee"))
        answer = ANSWER_FEE;
    return answer;
}

static enum answer number_ask(struct line *line, nsec_t deadline, uint32_t *number)
{
    terminal_text("To sign, type the number ");
    terminal_number(question.number, 4, '0');
    terminal_text(". Anything else refuses.\n");
    enum answer answer = answer_take("approve", line, deadline);
    if (answer == ANSWER_NO && line_number(line, number))
        answer = ANSWER_NUMBER;
    return answer;
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
        err = vault_approve(question.hash, number);
        code = number == question.number ? REFUSAL_UNAVAILABLE : REFUSAL_WRONG_NUMBER;
        if (!err) {
            terminal_text("Signed.\n");
            return;
        }
    } else if (answer != ANSWER_GONE) {
        if (answer == ANSWER_LATE)
            code = REFUSAL_PERSON_TIMED_OUT;
        else if (answer == ANSWER_TROUBLE)
            code = REFUSAL_UNAVAILABLE;
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

// SPDX-License-Identifier: GPL-3.0-or-later
// A wallet that lies. First it announces the payment of examples/payment.psbt and submits another:
// more money, to itself. Then it submits the announced one, and while the person reads it tries to
// put the other in its place, to approve it itself, and to answer for the person. The test looks at
// the console and at the evidence.
#include "os/text.h"
#include "sdk/cella.h"
#include "tests/cells/probe.h"
#include <string.h>

extern const uint8_t payment[], payment_end[];

enum {
    PSBT_MAX = 4096,
    PIECE_MAX = 65536,
    NONCE_SIZE = 32,
    LINE_HEX = 64, // bytes of evidence on one line of the log
    PAY_AT = 0x60, // where the payment's amount stands in the PSBT, u64; its script follows
    PAY_PROGRAM = PAY_AT + 8 + 1 + 2, // length, OP_0, push
    CHANGE_AT = 0x7f,                 // the change's amount
    STEAL = 60000,                    // satoshi from the change
    RESULT_WAITING = 1,               // of vault.result
    RESULT_SIGNED = 2,
    NUMBERS = 10000,
    POLL_MS = 50,
};

static uint8_t psbt[PSBT_MAX], piece[PIECE_MAX], request[PIECE_MAX];
static size_t psbt_size, request_size;

static void amount_add(size_t at, int64_t satoshi)
{
    uint64_t amount;
    memcpy(&amount, psbt + at, sizeof amount);
    amount += (uint64_t)satoshi;
    memcpy(psbt + at, &amount, sizeof amount);
}

static void psbt_make(bool other)
{
    enum { PROGRAM_SIZE = 20, THIEF = 0x66 };
    psbt_size = (size_t)(payment_end - payment);
    memcpy(psbt, payment, psbt_size);
    if (!other)
        return;
    amount_add(PAY_AT, STEAL);
    amount_add(CHANGE_AT, -STEAL);
    memset(psbt + PAY_PROGRAM, THIEF, PROGRAM_SIZE);
}

// The reader's canonical request for `psbt`, in `request`; the number of previous transactions that
// go with it.
static bool request_make(uint32_t *previous)
{
    static const uint8_t nonce[NONCE_SIZE] = "a nonce that anybody may know";
    uint32_t state, network, fingerprint, code = 0, index, length;
    return vault_status(&state, &network, &fingerprint) == ERR_OK &&
           reader_begin(fingerprint, network, (uint32_t)psbt_size, nonce) == ERR_OK &&
           reader_append(psbt, psbt_size) == ERR_OK &&
           reader_finish(&code, &index, &length, previous) == ERR_OK && code == 0 &&
           reader_request(request, sizeof request, &request_size) == ERR_OK;
}

// Offer the request and what belongs to it, and have the person asked.
static bool submit(bool other)
{
    uint32_t previous, code = 0, index, total;
    size_t size;
    psbt_make(other);
    if (!request_make(&previous) || vault_offer(request, request_size, &code, &index) != ERR_OK ||
        code)
        return false;
    for (uint32_t i = 0; i < previous; i++) {
        if (reader_previous(i, 0, piece, sizeof piece, &size, &total) != ERR_OK || size != total ||
            vault_previous(total, 0, piece, size, &code, &index) != ERR_OK || code)
            return false;
    }
    return vault_ask(&code, &index) == ERR_OK && code == 0;
}

static uint32_t answer_await(uint32_t *evidence)
{
    uint32_t state = RESULT_WAITING, code, index, signatures;
    while (vault_result(&state, &code, &index, &signatures, evidence) == ERR_OK &&
           state == RESULT_WAITING)
        cella_sleep(sys_now() + (nsec_t)POLL_MS * 1000000);
    return state;
}

// While the person reads the honest request: put the other in its place.
static void swap_try(void)
{
    uint32_t previous, code, index;
    psbt_make(true);
    probe(request_make(&previous), "the other request is a good one");
    probe_eq(vault_offer(request, request_size, &code, &index), ERR_BUSY,
             "it cannot take the place of the shown one");
    probe_eq(vault_previous(1, 0, piece, 1, &code, &index), ERR_BAD_STATE,
             "nothing can be added to the shown one");
    probe_eq(vault_ask(&code, &index), ERR_BAD_STATE, "a second question cannot be asked");
}

// While the person reads: be the person, or the prompt.
static void answer_try(void)
{
    uint8_t hash[32] = {0}, app[32], publisher[32];
    uint32_t number, denied = 0;
    uint64_t sequence;
    size_t size;
    for (number = 0; number < NUMBERS; number++)
        denied += vault_approve(hash, number) == ERR_DENIED;
    probe_eq(denied, NUMBERS, "it cannot approve, with any number");
    probe_eq(vault_reject(hash, 0), ERR_DENIED, "it cannot answer no either");
    probe_eq(vault_question(piece, sizeof piece, &size, hash, app, publisher, &number, &sequence),
             ERR_DENIED, "it cannot ask which number is shown");
}

static void evidence_say(void)
{
    static const char digits[] = "0123456789abcdef";
    char line[2 * LINE_HEX + 16];
    size_t size = 0;
    probe_eq(vault_evidence(piece, sizeof piece, &size), ERR_OK, "there is evidence");
    for (size_t at = 0; at < size; at += LINE_HEX) {
        struct text t = text_begin(line, sizeof line);
        text_string(&t, "evidence ");
        for (size_t i = at; i < size && i < at + LINE_HEX; i++) {
            text_char(&t, digits[piece[i] >> 4]);
            text_char(&t, digits[piece[i] & 15]);
        }
        probe_say(line);
    }
    probe_say("evidence end");
}

int main(void)
{
    uint32_t state = 0, network, fingerprint, evidence = 0;
    struct leaks before = leaks_now();
    while (vault_status(&state, &network, &fingerprint) == ERR_OK && state == 0)
        cella_sleep(sys_now() + (nsec_t)POLL_MS * 1000000);
    probe_say("I pay 0.00180000 BTC to tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx, as you asked");
    probe(submit(true), "another payment is submitted");
    probe(answer_await(&evidence) > RESULT_SIGNED && evidence == 0, "it gets nothing for it");
    probe(submit(false), "the announced payment is submitted");
    swap_try();
    answer_try();
    probe_say("tried everything");
    probe_eq(answer_await(&evidence), RESULT_SIGNED, "the shown one is signed");
    evidence_say();
    leaks_probe(&before);
    return probe_end();
}

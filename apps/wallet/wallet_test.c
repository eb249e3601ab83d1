// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet as the companion meets it: bytes in, bytes out, with reader and vault played by
// tests/companion/services.c.
#include "format/bytes_le.h"
#include "tests/companion/line.h"
#include "tests/companion/services.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { SESSION = 0x1234, PSBT_SIZE = 100000 };

static struct line line;
static uint8_t sent[8 * LINK_WIRE_MAX];
static size_t sent_size;
static uint32_t sequence;
static uint8_t psbt[PSBT_SIZE];

static void sent_take(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    if (size > sizeof sent - sent_size)
        abort();
    memcpy(sent + sent_size, data, size);
    sent_size += size;
}

static struct link_decoder answers;

// The next answer that went out; type 0 if there is none.
static struct link_frame answer_next(void)
{
    struct link_frame answer = {0};
    bool got;
    size_t used = link_decode(&answers, sent, sent_size, &answer, &got);
    memmove(sent, sent + used, sent_size - used);
    sent_size -= used;
    return got ? answer : (struct link_frame){0};
}

static void request_send(uint32_t session, uint32_t number, uint8_t type, const uint8_t *data,
                         size_t size)
{
    uint8_t wire[LINK_WIRE_MAX];
    size_t wire_size;
    struct link_frame f = {
        .type = type, .session = session, .sequence = number, .payload = data, .length = size};
    CHECK_EQ(link_encode(&f, wire, &wire_size), ERR_OK);
    line_turn(&line, wire, wire_size);
}

static struct link_frame ask(uint8_t type, const uint8_t *data, size_t size)
{
    request_send(SESSION, ++sequence, type, data, size);
    struct link_frame answer = answer_next();
    CHECK_EQ(answer.type, type | LINK_ANSWER);
    CHECK_EQ(answer.session, SESSION);
    CHECK_EQ(answer.sequence, sequence);
    return answer;
}

static struct link_frame ask_u32(uint8_t type, uint32_t value)
{
    uint8_t data[4];
    le32_put(data, value);
    return ask(type, data, sizeof data);
}

static struct companion_job ask_job(uint8_t type, const uint8_t *data, size_t size)
{
    struct companion_job job = {.error = 99};
    struct link_frame answer = ask(type, data, size);
    CHECK_EQ(answer.status, ERR_OK);
    if (answer.status == ERR_OK)
        CHECK_EQ(companion_job_get(answer.payload, answer.length, &job), ERR_OK);
    return job;
}

static void fresh(void)
{
    services_reset();
    sent_size = 0;
    sequence = 100;
    link_decoder_start(&answers);
    line_start(&line, sent_take, NULL);
    CHECK_EQ(services.cancels, 1);
    struct link_frame answer = ask_u32(COMPANION_HELLO, COMPANION_VERSION);
    CHECK_EQ(answer.status, ERR_OK);
    CHECK_EQ(le32_get(answer.payload), COMPANION_VERSION);
}

static void begin_bytes(uint8_t nonce, uint8_t out[COMPANION_BEGIN_SIZE])
{
    struct companion_begin begin = {.size = PSBT_SIZE, .crc = link_crc(0, psbt, PSBT_SIZE)};
    memset(begin.nonce, nonce, sizeof begin.nonce);
    companion_begin_put(&begin, out);
}

static struct companion_job begin_ask(uint8_t nonce)
{
    uint8_t begin[COMPANION_BEGIN_SIZE];
    begin_bytes(nonce, begin);
    return ask_job(COMPANION_SIGN_BEGIN, begin, sizeof begin);
}

// Send [from, to) and say what the device has then.
static uint32_t data_send(uint32_t from, uint32_t to)
{
    uint8_t data[LINK_PAYLOAD_MAX];
    uint32_t received = 0;
    while (from < to) {
        uint32_t piece = to - from < COMPANION_DATA_MAX ? to - from : COMPANION_DATA_MAX;
        le32_put(data, from);
        memcpy(data + 4, psbt + from, piece);
        struct link_frame answer = ask(COMPANION_SIGN_DATA, data, 4 + piece);
        CHECK_EQ(answer.status, ERR_OK);
        CHECK_EQ(answer.length, 4);
        received = answer.length == 4 ? le32_get(answer.payload) : 0;
        from += piece;
    }
    return received;
}

static struct companion_job result_ask(void)
{
    for (int turns = 0; wallet_busy(&line.wallet); turns++) {
        CHECK(turns < 1000);
        line_turn(&line, NULL, 0);
    }
    return ask_job(COMPANION_SIGN_RESULT, NULL, 0);
}

static struct companion_job request_make(uint8_t nonce)
{
    CHECK_EQ(begin_ask(nonce).state, COMPANION_RECEIVING);
    CHECK_EQ(data_send(0, PSBT_SIZE), PSBT_SIZE);
    return ask_job(COMPANION_SIGN_END, NULL, 0);
}

static void test_sign(void)
{
    fresh();
    services.thinking = 3;
    services.piece = 40000;
    struct companion_job job = request_make(1);
    CHECK_EQ(job.state, COMPANION_CHECKING);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(result_ask().state, COMPANION_WAITING);
    job = result_ask();
    CHECK_EQ(job.state, COMPANION_SIGNED);
    CHECK_EQ(job.signatures, 1);
    CHECK_EQ(job.evidence, services.evidence.size);
    CHECK_EQ(services.psbt_size, PSBT_SIZE);
    CHECK_MEM(services.psbt, psbt, PSBT_SIZE);
    CHECK_EQ(services.nonce[31], 1);
    CHECK_EQ(services.previous_done, 1);
    CHECK(!services.previous_bad);
    CHECK_EQ(services.asks, 1);

    struct link_frame answer = ask_u32(COMPANION_SIGNATURE, 0);
    CHECK_EQ(answer.length, 4 + services.signatures[0].bytes.size);
    CHECK_MEM(answer.payload + 4, services.signatures[0].bytes.data, answer.length - 4);
    CHECK_EQ(ask_u32(COMPANION_SIGNATURE, 1).status, ERR_NOT_FOUND);

    size_t have = 0;
    while (have < job.evidence) {
        answer = ask_u32(COMPANION_EVIDENCE, (uint32_t)have);
        CHECK_EQ(answer.status, ERR_OK);
        CHECK(answer.length > 4);
        if (answer.length <= 4)
            return;
        CHECK_EQ(le32_get(answer.payload), job.evidence);
        CHECK_MEM(answer.payload + 4, services.evidence.data + have, answer.length - 4);
        have += answer.length - 4;
    }
    CHECK_EQ(ask_u32(COMPANION_EVIDENCE, job.evidence + 1).status, ERR_BAD_ARGUMENT);
}

// The same number again: the same bytes, and nothing is done twice.
static void test_duplicates(void)
{
    fresh();
    uint8_t begin[COMPANION_BEGIN_SIZE], first[LINK_WIRE_MAX];
    begin_bytes(2, begin);
    request_send(SESSION, ++sequence, COMPANION_SIGN_BEGIN, begin, sizeof begin);
    size_t size = sent_size;
    memcpy(first, sent, size);
    sent_size = 0;
    uint32_t cancels = services.cancels;
    for (int i = 0; i < 3; i++) {
        request_send(SESSION, sequence, COMPANION_SIGN_BEGIN, begin, sizeof begin);
        CHECK_EQ(sent_size, size);
        CHECK_MEM(sent, first, size);
        sent_size = 0;
    }
    CHECK_EQ(services.cancels, cancels);
    // An older number, or the same with another content: silence.
    request_send(SESSION, sequence - 1, COMPANION_CANCEL, NULL, 0);
    request_send(SESSION, sequence, COMPANION_CANCEL, NULL, 0);
    CHECK_EQ(sent_size, 0);
    CHECK_EQ(services.cancels, cancels);
    // A stranger in between does not spoil the kept answer.
    request_send(SESSION + 1, 5, COMPANION_STATUS, NULL, 0);
    CHECK_EQ(answer_next().status, ERR_BAD_STATE);
    request_send(SESSION, sequence, COMPANION_SIGN_BEGIN, begin, sizeof begin);
    CHECK_MEM(sent, first, size);
    sent_size = 0;
    // An echo of our own answer.
    line_turn(&line, first, size);
    CHECK_EQ(sent_size, 0);
}

// Pieces twice, out of order, overlapping, and across a new session.
static void test_resume(void)
{
    fresh();
    CHECK_EQ(begin_ask(3).received, 0);
    CHECK_EQ(data_send(0, 9000), 9000);
    CHECK_EQ(data_send(4000, 8000), 9000);   // known
    CHECK_EQ(data_send(20000, 21000), 9000); // a gap
    CHECK_EQ(data_send(8000, 12000), 12000); // overlaps
    request_send(SESSION + 7, 1, COMPANION_SIGN_RESULT, NULL, 0);
    CHECK_EQ(answer_next().status, ERR_BAD_STATE);
    uint8_t version[4];
    le32_put(version, COMPANION_VERSION);
    request_send(SESSION + 7, 2, COMPANION_HELLO, version, sizeof version);
    CHECK_EQ(answer_next().status, ERR_OK);
    request_send(SESSION, ++sequence, COMPANION_STATUS, NULL, 0);
    CHECK_EQ(answer_next().status, ERR_BAD_STATE); // the old session is over
    CHECK_EQ(ask_u32(COMPANION_HELLO, COMPANION_VERSION).status, ERR_OK);
    struct companion_job job = begin_ask(3);
    CHECK_EQ(job.state, COMPANION_RECEIVING);
    CHECK_EQ(job.received, 12000);
    CHECK_EQ(ask(COMPANION_SIGN_END, NULL, 0).status, ERR_TOO_SMALL);
    CHECK_EQ(data_send(12000, PSBT_SIZE), PSBT_SIZE);
    CHECK_EQ(ask_job(COMPANION_SIGN_END, NULL, 0).state, COMPANION_CHECKING);
    CHECK_EQ(result_ask().state, COMPANION_SIGNED);
    CHECK_EQ(ask_job(COMPANION_SIGN_END, NULL, 0).state, COMPANION_SIGNED);
    CHECK_EQ(begin_ask(3).state, COMPANION_SIGNED);
    CHECK_EQ(services.asks, 1);
    CHECK_MEM(services.psbt, psbt, PSBT_SIZE);
}

static void test_refusals(void)
{
    struct services_fault *places[] = {&services.finish, &services.offer, &services.give,
                                       &services.ask};
    for (size_t i = 0; i < 4; i++) {
        fresh();
        *places[i] = (struct services_fault){.code = (uint32_t)(20 + i), .index = 3};
        (void)request_make(4);
        struct companion_job job = result_ask();
        CHECK_EQ(job.state, COMPANION_REFUSED);
        CHECK_EQ(job.code, 20 + i);
        CHECK_EQ(job.index, 3);
        CHECK_EQ(services.state, SERVICES_NONE);
        CHECK_EQ(begin_ask(4).state, COMPANION_REFUSED); // the same request: the same word
        CHECK_EQ(begin_ask(5).state, COMPANION_RECEIVING);
    }
    for (size_t i = 0; i < 4; i++) {
        fresh();
        *places[i] = (struct services_fault){.error = ERR_PEER_DEAD};
        (void)request_make(4);
        struct companion_job job = result_ask();
        CHECK_EQ(job.state, COMPANION_FAILED);
        CHECK_EQ(job.error, ERR_PEER_DEAD);
        CHECK_EQ(begin_ask(4).state, COMPANION_RECEIVING); // it can be tried again
    }
    fresh();
    services.verdict = SERVICES_REFUSED;
    services.result.code = 44;
    (void)request_make(6);
    CHECK_EQ(result_ask().code, 44);
    fresh();
    services.verdict = SERVICES_NONE; // the vault started anew
    (void)request_make(6);
    CHECK_EQ(result_ask().error, ERR_PEER_DEAD);
    CHECK_EQ(ask_u32(COMPANION_SIGNATURE, 0).status, ERR_BAD_STATE);
    CHECK_EQ(ask_u32(COMPANION_EVIDENCE, 0).status, ERR_BAD_STATE);
}

static void test_states(void)
{
    uint8_t begin[COMPANION_BEGIN_SIZE];
    fresh();
    services.thinking = 1000;
    (void)request_make(7);
    CHECK_EQ(result_ask().state, COMPANION_WAITING);
    begin_bytes(8, begin);
    CHECK_EQ(ask(COMPANION_SIGN_BEGIN, begin, sizeof begin).status, ERR_BUSY);
    CHECK_EQ(begin_ask(7).state, COMPANION_WAITING);
    CHECK_EQ(ask(COMPANION_CANCEL, NULL, 0).status, ERR_OK);
    CHECK_EQ(services.state, SERVICES_NONE);
    CHECK_EQ(begin_ask(8).state, COMPANION_RECEIVING);

    fresh(); // the person answers when the companion is gone: the next one need not cancel anything
    services.thinking = 1;
    services.verdict = SERVICES_REFUSED;
    (void)request_make(7);
    CHECK_EQ(result_ask().state, COMPANION_WAITING);
    CHECK_EQ(begin_ask(8).state, COMPANION_RECEIVING);

    fresh();
    CHECK_EQ(ask(COMPANION_SIGN_END, NULL, 0).status, ERR_BAD_STATE);
    CHECK_EQ(ask(COMPANION_SIGN_DATA, begin, 8).status, ERR_BAD_STATE);
    CHECK_EQ(ask(COMPANION_SIGN_DATA, begin, 3).status, ERR_BAD_DATA);
    CHECK_EQ(ask(COMPANION_SIGN_BEGIN, begin, 7).status, ERR_BAD_DATA);
    CHECK_EQ(ask(77, NULL, 0).status, ERR_BAD_ARGUMENT);
    services.seed = 0;
    CHECK_EQ(ask(COMPANION_SIGN_BEGIN, begin, sizeof begin).status, ERR_BAD_STATE);
    services.seed = 1;
    le32_put(begin, COMPANION_PSBT_MAX + 1);
    CHECK_EQ(ask(COMPANION_SIGN_BEGIN, begin, sizeof begin).status, ERR_TOO_LARGE);
    le32_put(begin, 0);
    CHECK_EQ(ask(COMPANION_SIGN_BEGIN, begin, sizeof begin).status, ERR_BAD_ARGUMENT);

    fresh(); // damaged on the way: the whole is checked again
    CHECK_EQ(begin_ask(9).state, COMPANION_RECEIVING);
    psbt[5]++;
    (void)data_send(0, PSBT_SIZE);
    psbt[5]--;
    CHECK_EQ(ask(COMPANION_SIGN_END, NULL, 0).status, ERR_BAD_SIGNATURE);
    uint8_t more[8] = {0};
    CHECK_EQ(begin_ask(9).state, COMPANION_RECEIVING);
    le32_put(more, PSBT_SIZE - 2);
    CHECK_EQ(ask(COMPANION_SIGN_DATA, more, 8).status, ERR_TOO_LARGE);
    le32_put(more, 0xfffffffe);
    CHECK_EQ(ask(COMPANION_SIGN_DATA, more, 8).status, ERR_TOO_LARGE);
}

static void test_account(void)
{
    fresh();
    struct companion_status status;
    struct link_frame answer = ask(COMPANION_STATUS, NULL, 0);
    CHECK_EQ(companion_status_get(answer.payload, answer.length, &status), ERR_OK);
    CHECK_EQ(status.fingerprint, 0x73c5da0a);
    CHECK_EQ(status.network, 2);
    CHECK_EQ(status.key[31], 0x5a);
    uint8_t which[8] = {84};
    answer = ask(COMPANION_ACCOUNT, which, 8);
    CHECK_EQ(answer.length, strlen(services.xpub[0]));
    CHECK_MEM(answer.payload, services.xpub[0], answer.length);
    which[0] = 44;
    CHECK_EQ(ask(COMPANION_ACCOUNT, which, 8).status, ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(COMPANION_ACCOUNT, which, 7).status, ERR_BAD_DATA);
}

// 10,000 frames of any type, session and content, and noise between them. The wallet then still
// serves whoever says HELLO.
static void test_random(void)
{
    fresh();
    uint8_t data[300];
    srand(7);
    for (int i = 0; i < 10000; i++) {
        size_t size = (size_t)rand() % sizeof data;
        for (size_t n = 0; n < size; n++)
            data[n] = (uint8_t)(rand() % 5 ? rand() % 3 : rand());
        uint8_t type = (uint8_t)(rand() % 4 ? rand() % 12 : rand());
        if (rand() % 8 == 0)
            line_turn(&line, data, size);
        else
            request_send(SESSION + (uint32_t)rand() % 2, (uint32_t)rand() % 20000, type, data,
                         rand() % 2 ? size : size % 9);
        sent_size = 0;
    }
    line_turn(&line, (const uint8_t[]){0}, 1);
    sequence = 1;
    request_send(SESSION + 9, 1, COMPANION_HELLO, (const uint8_t[]){1, 0, 0, 0}, 4);
    struct link_frame answer = answer_next();
    CHECK_EQ(answer.type, COMPANION_HELLO | LINK_ANSWER);
    CHECK_EQ(answer.session, SESSION + 9);
    CHECK_EQ(answer.status, ERR_OK);
}

int main(void)
{
    for (size_t i = 0; i < PSBT_SIZE; i++)
        psbt[i] = (uint8_t)(i * i >> 5);
    test_sign();
    test_duplicates();
    test_resume();
    test_refusals();
    test_states();
    test_account();
    test_random();
    return unit_done();
}

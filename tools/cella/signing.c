// SPDX-License-Identifier: GPL-3.0-or-later
#include "signing.h"
#include "format/bytes_le.h"
#include "format/refusal.h"
#include "progress.h"
#include "report.h"
#include <signal.h>
#include <string.h>

enum {
    POLL_MS = 200,
    ROUNDS_MAX = 50, // a link that breaks more often carries nothing
    RESENDS_MAX = 3, // of a PSBT that arrives damaged though every frame was whole
    WITHDRAW_S = 3,  // patience for the last word
};

// How a step went, besides the fates of the link.
enum step { STEP_DONE, STEP_AGAIN, STEP_NO, STEP_UNABLE, STEP_INTERRUPTED };

struct errand {
    struct device *device;
    struct signing *signing;
    struct companion_job job;
    unsigned rounds, resends;
    bool told; // that a person is being asked
};

static volatile int interruption;

static void interruption_note(int number)
{
    (void)number;
    interruption = 1;
}

static enum step answer_nonsense(void)
{
    report_error("the device's answer makes no sense - use the `cella` that was built with its "
                 "image");
    return STEP_UNABLE;
}

// STEP_DONE: `answer` holds what the device said, with ERR_OK or `expected`.
static enum step ask(struct errand *e, uint8_t type, const uint8_t *data, size_t size,
                     err_t expected, struct link_frame *answer)
{
    switch (device_ask(e->device, type, data, size, answer)) {
    case DEVICE_ANSWERED:
        break;
    case DEVICE_ANEW:
        report_note("the link dropped and is back; the request goes on");
        return STEP_AGAIN;
    case DEVICE_INTERRUPTED:
        return STEP_INTERRUPTED;
    default:
        return STEP_UNABLE;
    }
    if (answer->status == ERR_OK || answer->status == expected)
        return STEP_DONE;
    // The wallet started anew: it knows nothing of the request, or died over this question.
    if (answer->status == ERR_BAD_STATE && type != COMPANION_SIGN_BEGIN)
        return STEP_AGAIN;
    if (answer->status == ERR_PEER_DEAD && type != COMPANION_SIGN_BEGIN) {
        report_note("a program of the device started again; the request goes on");
        return STEP_AGAIN;
    }
    device_complain(answer->status);
    return STEP_UNABLE;
}

static enum step ask_job(struct errand *e, uint8_t type, const uint8_t *data, size_t size,
                         err_t expected, err_t *status)
{
    struct link_frame answer;
    enum step step = ask(e, type, data, size, expected, &answer);
    if (step != STEP_DONE)
        return step;
    *status = answer.status;
    if (answer.status == ERR_OK &&
        companion_job_get(answer.payload, answer.length, &e->job) != ERR_OK)
        return answer_nonsense();
    return STEP_DONE;
}

static enum step begin(struct errand *e)
{
    struct companion_begin begin = {
        .size = (uint32_t)e->signing->size,
        .crc = link_crc(0, e->signing->psbt, e->signing->size),
    };
    uint8_t data[COMPANION_BEGIN_SIZE];
    err_t status;
    memcpy(begin.nonce, e->signing->nonce, sizeof begin.nonce);
    companion_begin_put(&begin, data);
    return ask_job(e, COMPANION_SIGN_BEGIN, data, sizeof data, ERR_OK, &status);
}

// The rest of the PSBT, from where the device is.
static enum step send_rest(struct errand *e, struct progress *progress)
{
    const struct signing *s = e->signing;
    uint8_t data[LINK_PAYLOAD_MAX];
    uint32_t received = e->job.received;
    for (unsigned stuck = 0; received < s->size;) {
        size_t piece = s->size - received;
        if (piece > COMPANION_DATA_MAX)
            piece = COMPANION_DATA_MAX;
        le32_put(data, received);
        memcpy(data + 4, s->psbt + received, piece);
        struct link_frame answer;
        enum step step = ask(e, COMPANION_SIGN_DATA, data, 4 + piece, ERR_OK, &answer);
        if (step != STEP_DONE)
            return step;
        if (answer.length != 4 || le32_get(answer.payload) > s->size)
            return answer_nonsense();
        stuck = le32_get(answer.payload) > received ? 0 : stuck + 1;
        if (stuck > RESENDS_MAX)
            return STEP_AGAIN;
        received = le32_get(answer.payload);
        progress_update(progress, received, s->size);
    }
    return STEP_DONE;
}

static enum step send_all(struct errand *e)
{
    struct progress progress;
    progress_start(&progress, "sending the payment to the device");
    enum step step = send_rest(e, &progress);
    progress_end(&progress);
    if (step != STEP_DONE)
        return step;
    err_t status;
    step = ask_job(e, COMPANION_SIGN_END, NULL, 0, ERR_BAD_SIGNATURE, &status);
    if (step != STEP_DONE || status == ERR_OK)
        return step;
    if (++e->resends <= RESENDS_MAX)
        return STEP_AGAIN;
    report_error("the file arrives damaged at the device - nothing was signed; check the link");
    return STEP_UNABLE;
}

// Until the device has something else to say than that it is busy or waits. No moving line while a
// person is asked: the device's console may be in the same terminal.
static enum step wait_result(struct errand *e)
{
    struct progress progress;
    enum step step = STEP_DONE;
    err_t status;
    progress_start(&progress, "the device checks the payment");
    while (step == STEP_DONE &&
           (e->job.state == COMPANION_CHECKING || e->job.state == COMPANION_WAITING)) {
        if (e->job.state == COMPANION_CHECKING) {
            progress_update(&progress, 0, 0);
        } else if (!e->told) {
            progress_end(&progress);
            report_note("waiting for the person: read the device's console and answer there "
                        "(Ctrl-C withdraws the request)");
            e->told = true;
        }
        device_pause(e->device, POLL_MS);
        step = ask_job(e, COMPANION_SIGN_RESULT, NULL, 0, ERR_OK, &status);
    }
    progress_end(&progress);
    return step;
}

static enum step fetch_signatures(struct errand *e)
{
    struct signing *s = e->signing;
    if (e->job.signatures > SIGNING_SIGNATURES_MAX)
        return answer_nonsense();
    for (uint32_t i = 0; i < e->job.signatures; i++) {
        uint8_t number[4];
        struct link_frame answer;
        le32_put(number, i);
        enum step step = ask(e, COMPANION_SIGNATURE, number, sizeof number, ERR_OK, &answer);
        if (step != STEP_DONE)
            return step;
        if (answer.length < 5 || answer.length > 4 + COMPANION_SIGNATURE_MAX)
            return answer_nonsense();
        s->signatures[i].input = le32_get(answer.payload);
        s->signatures[i].size = answer.length - 4;
        memcpy(s->signatures[i].bytes, answer.payload + 4, answer.length - 4);
    }
    s->signature_count = e->job.signatures;
    return STEP_DONE;
}

static enum step fetch_evidence(struct errand *e)
{
    struct signing *s = e->signing;
    size_t total = e->job.evidence, have = 0;
    if (total > sizeof s->evidence)
        return answer_nonsense();
    while (have < total) {
        uint8_t offset[4];
        struct link_frame answer;
        le32_put(offset, (uint32_t)have);
        enum step step = ask(e, COMPANION_EVIDENCE, offset, sizeof offset, ERR_OK, &answer);
        if (step != STEP_DONE)
            return step;
        if (answer.length < 5 || le32_get(answer.payload) != total ||
            answer.length - 4 > total - have)
            return answer_nonsense();
        memcpy(s->evidence + have, answer.payload + 4, answer.length - 4);
        have += answer.length - 4;
    }
    s->evidence_size = total;
    return STEP_DONE;
}

static enum step refused(const struct errand *e)
{
    char sentence[REFUSAL_TEXT_MAX];
    refusal_print((struct refusal){.code = e->job.code, .index = e->job.index}, sentence);
    report_error("refused: %s", sentence);
    return STEP_NO;
}

// From wherever the request is to its end, or to the next break.
static enum step go_on(struct errand *e)
{
    enum step step = begin(e);
    if (step == STEP_DONE && e->job.state == COMPANION_RECEIVING)
        step = send_all(e);
    if (step == STEP_DONE)
        step = wait_result(e);
    if (step != STEP_DONE)
        return step;
    switch (e->job.state) {
    case COMPANION_SIGNED:
        step = fetch_signatures(e);
        return step == STEP_DONE ? fetch_evidence(e) : step;
    case COMPANION_REFUSED:
        return refused(e);
    case COMPANION_FAILED:
        device_complain(e->job.error);
        return STEP_UNABLE;
    default:
        return STEP_AGAIN; // the wallet started anew and has forgotten it
    }
}

static int withdraw(struct device *d)
{
    struct link_frame answer;
    d->interrupted = NULL;
    d->patience = WITHDRAW_S * 1000;
    bool heard = device_query(d, COMPANION_CANCEL, NULL, 0, &answer);
    report_error("given up - %s", heard ? "nothing was signed; the device forgot the request"
                                        : "the device did not hear it: answer no on its console");
    return EXIT_NO;
}

int signing_run(struct device *d, struct signing *s)
{
    struct errand e = {.device = d, .signing = s};
    struct sigaction note = {.sa_handler = interruption_note}, old_int, old_term;
    sigaction(SIGINT, &note, &old_int);
    sigaction(SIGTERM, &note, &old_term);
    d->interrupted = &interruption;
    enum step step;
    do
        step = go_on(&e);
    while (step == STEP_AGAIN && ++e.rounds < ROUNDS_MAX);
    if (step == STEP_AGAIN)
        report_error("the link breaks again and again - nothing was signed; see what else uses it");
    int code = step == STEP_DONE          ? EXIT_GOOD
               : step == STEP_NO          ? EXIT_NO
               : step == STEP_INTERRUPTED ? withdraw(d)
                                          : EXIT_UNABLE;
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    d->interrupted = NULL;
    return code;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// cella verify: is this evidence whole, whose key signed it, and does it speak about this payment?
#include "verify.h"
#include "files.h"
#include "format/fingerprint.h"
#include "options.h"
#include "payment.h"
#include "report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "cella verify [FILE] [--psbt FILE] [--key HEX|FILE|FOLDER] [--quote FILE --nonce HEX --tpm "
    "FILE --image "
    "IMAGE --loader FILE --vars FILE [--firmware FILE --volume HEX]] [--json]";

static bool name_is(struct evidence_name a, const char *text, size_t size)
{
    return a.length == size && memcmp(a.text, text, size) == 0;
}

// What the device must have shown for this request. `*size` is 0 if it cannot be shown.
static void text_render(const struct evidence *e, const struct request *request, char *text,
                        size_t *size)
{
    char device[FINGERPRINT_TEXT], publisher[FINGERPRINT_TEXT];
    char app[EVIDENCE_NAME + 1] = {0};
    struct refusal why;
    fingerprint_text(e->device_key, device);
    fingerprint_text(e->publisher, publisher);
    memcpy(app, e->app.text, e->app.length);
    struct review_context context = {
        .device = device, .app_name = app, .publisher = publisher, .sequence = e->sequence};
    if (review_render(request, &context, text, REVIEW_MAX, size, &why) != ERR_OK)
        *size = 0;
}

static void line_copy(char out[REVIEW_COLUMNS + 1], const char *text, size_t size, size_t at)
{
    size_t n = 0;
    for (; n < REVIEW_COLUMNS && at + n < size && text[at + n] != '\n'; n++)
        out[n] = text[at + n];
    out[n] = 0;
}

static void difference_note(struct verdict *v, const char *text, size_t size)
{
    const struct evidence_name *shown = &v->evidence.text;
    size_t line = 0;
    for (size_t i = 0; i < size && i < shown->length && text[i] == shown->text[i]; i++)
        if (text[i] == '\n')
            line = i + 1;
    line_copy(v->shown, shown->text, shown->length, line);
    line_copy(v->payment, text, size, line);
}

static void signatures_compare(struct verdict *v, const struct payment *p)
{
    const struct evidence *e = &v->evidence;
    for (uint32_t i = 0; i < e->signature_count; i++) {
        const struct evidence_signature *s = &e->signatures[i];
        if (payment_check(p, s->input, (struct span){s->bytes, s->length}) == ERR_OK)
            continue;
        v->comparison = COMPARISON_SIGNATURE;
        v->input = s->input;
        return;
    }
}

static bool request_is(const struct evidence *e, const struct request *request)
{
    static uint8_t bytes[REQUEST_MAX];
    uint8_t hash[REQUEST_HASH_SIZE];
    size_t size;
    struct refusal why;
    if (request_encode(request, bytes, sizeof bytes, &size, &why) != ERR_OK)
        return false;
    request_hash(bytes, size, hash);
    return memcmp(hash, e->request, sizeof hash) == 0;
}

static void compare(struct verdict *v, const struct payment *p)
{
    static char text[REVIEW_MAX];
    size_t size;
    text_render(&v->evidence, &p->request, text, &size);
    v->sums = request_sum(&p->request);
    v->outputs = p->request.output_count;
    v->comparison = COMPARISON_EQUAL;
    if (!name_is(v->evidence.text, text, size)) {
        v->comparison = COMPARISON_TEXT;
        difference_note(v, text, size);
    } else if (!request_is(&v->evidence, &p->request)) {
        v->comparison = COMPARISON_REQUEST;
    } else {
        signatures_compare(v, p);
    }
}

// The PSBT does not name its network: the coin type tells main from test, and test from regtest
// only the evidence can tell. Errors: REFUSED, NO_MEMORY.
static err_t psbt_understand(const struct evidence *e, struct payment *p, struct refusal *why)
{
    uint32_t fingerprint;
    err_t error = payment_strip(p, why);
    if (error)
        return error;
    if (psbt_fingerprint(&p->psbt, &fingerprint) != ERR_OK)
        return refusal_set(why, REFUSAL_PATH_MISSING, 0);
    if (payment_understand(p, fingerprint, NETWORK_REGTEST, e->nonce, why) == ERR_OK &&
        request_is(e, &p->request))
        return ERR_OK;
    if (payment_understand(p, fingerprint, NETWORK_TEST, e->nonce, why) == ERR_OK)
        return ERR_OK;
    return payment_understand(p, fingerprint, NETWORK_MAIN, e->nonce, why);
}

static int psbt_compare(struct verdict *v)
{
    static struct payment p;
    struct refusal why = {0};
    if (!payment_read(v->psbt, &p))
        return EXIT_UNABLE;
    err_t error = psbt_understand(&v->evidence, &p, &why);
    if (error) {
        char sentence[REFUSAL_TEXT_MAX];
        refusal_print(why, sentence);
        report_error("%s is no payment that the device could have signed: %s", v->psbt, sentence);
    } else {
        compare(v, &p);
    }
    payment_free(&p);
    return error ? EXIT_NO : EXIT_GOOD;
}

// EXIT_GOOD: there is a verdict. Else said.
static int judge(struct verdict *v, const char *key, const struct quote_request *quote)
{
    static struct evidence_work work;
    struct evidence_check check;
    size_t size;
    v->bytes = file_read(v->file, EVIDENCE_MAX, &size);
    if (!v->bytes)
        return EXIT_UNABLE;
    if (evidence_verify(v->bytes, size, &work, &v->evidence, &check) != ERR_OK) {
        report_error("%s is no valid evidence: %s%s%s%s", v->file, evidence_sentence(check.fault),
                     check.field ? " (field: " : "",
                     check.field ? evidence_field_name(check.field) : "", check.field ? ")" : "");
        return EXIT_NO;
    }
    if (v->evidence.type != EVIDENCE_SIGNATURE_RESULT) {
        report_error("%s is the head of an event log - check the whole log with `cella log "
                     "verify`",
                     v->file);
        return EXIT_NO;
    }
    v->anchor =
        anchor_find(key ? key : run_path("devices"), !key, v->evidence.device_key, &v->anchors);
    if (v->anchor == ANCHOR_ERROR)
        return EXIT_UNABLE;
    if (quote->quote) {
        int code = quote_judge(quote, v->evidence.device_key, &v->quote);
        if (code != EXIT_GOOD)
            return code;
        v->quoted = true;
    }
    return v->psbt ? psbt_compare(v) : EXIT_GOOD;
}

// A quote alone: what was started there, and under which device key.
static int quote_alone(const struct quote_request *q, bool json)
{
    static struct quote_verdict v;
    int code = quote_judge(q, NULL, &v);
    if (code != EXIT_GOOD)
        return code;
    if (json) {
        printf("{\"type\":\"quote\",");
        quote_print_json(&v);
        printf("}\n");
    } else {
        quote_print(&v);
    }
    return quote_good(&v) ? EXIT_GOOD : EXIT_NO;
}

bool verdict_good(const struct verdict *v)
{
    const bool anchored = v->quoted ? quote_good(&v->quote) : v->anchor == ANCHOR_FOUND;
    return anchored && (v->comparison == COMPARISON_NONE || v->comparison == COMPARISON_EQUAL);
}

int verify_command(int argc, char **argv)
{
    static struct verdict verdict;
    const char *key = NULL;
    bool json = false;
    struct operands operands;
    struct quote_request quote = {.quote = NULL};
    const struct option_rule rules[] = {
        {"--psbt",  &verdict.psbt, NULL},
        {"--key",     &key, NULL},
        {"--quote",   &quote.quote, NULL},
        {"--nonce",     &quote.nonce, NULL},
        {"--tpm", &quote.tpm, NULL},
        {"--image",     &quote.image, NULL},
        {"--loader", &quote.paths.loader, NULL},
        {"--vars",     &quote.paths.vars, NULL},
        {"--firmware",   &quote.paths.firmware, NULL},
        {"--volume",     &quote.paths.volume, NULL},
        {"--json", NULL, &json},
        {0    }
    };
    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (!quote_request_whole(&quote))
        return EXIT_UNABLE;
    if (operands.count == 0 && quote.quote && !key && !verdict.psbt)
        return quote_alone(&quote, json);
    if (operands.count != 1) {
        report_error("`verify` wants one file, or --quote - usage: %s", usage);
        return EXIT_UNABLE;
    }
    verdict.file = operands.at[0];
    int code = judge(&verdict, key, &quote);
    if (code == EXIT_GOOD) {
        (json ? verdict_print_json : verdict_print)(&verdict);
        code = verdict_good(&verdict) ? EXIT_GOOD : EXIT_NO;
    }
    free(verdict.bytes);
    return code;
}

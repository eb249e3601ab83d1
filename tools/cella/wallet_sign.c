// SPDX-License-Identifier: GPL-3.0-or-later
// cella wallet sign: a PSBT to the device, the signed one back. Nothing is written before every
// signature was checked against what this program computes itself from the PSBT.
#include "files.h"
#include "format/evidence.h"
#include "format/psbt_write.h"
#include "hex.h"
#include "payment.h"
#include "report.h"
#include "shown.h"
#include "signing.h"
#include "wallet.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char usage[] = "cella wallet sign IN OUT [--evidence FILE] [--nonce HEX] "
                            "[--device SOCKET] [--timeout SECONDS]";

struct order {
    struct link_options link;
    const char *in, *out, *evidence, *nonce;
    struct new_file out_file, evidence_file;
    struct payment payment;
    struct signing signing;
    struct companion_status status;
};

static bool nonce_fill(struct order *o)
{
    uint8_t *nonce = o->signing.nonce;
    if (o->nonce) {
        if (hex_read(o->nonce, strlen(o->nonce), nonce, COMPANION_NONCE_SIZE))
            return true;
        report_error("--nonce wants 64 hexadecimal digits - give so many, or leave it out");
        return false;
    }
    if (getrandom(nonce, COMPANION_NONCE_SIZE, 0) == COMPANION_NONCE_SIZE)
        return true;
    report_error("no random numbers: %s - give a --nonce", strerror(errno));
    return false;
}

static bool order_read(int argc, char **argv, struct order *o)
{
    const struct option_rule rules[] = {
        LINK_OPTIONS(o->link),
        {"--evidence", &o->evidence, NULL},
        {"--nonce",        &o->nonce, NULL},
        {0   },
    };
    struct operands operands;
    link_options_start(&o->link);
    o->out_file.fd = o->evidence_file.fd = -1;
    if (!options_read(argc, argv, rules, usage, &operands))
        return false;
    if (operands.count != 2) {
        report_error("`wallet sign` wants two files - usage: %s", usage);
        return false;
    }
    o->in = operands.at[0];
    o->out = operands.at[1];
    if (o->evidence && !strcmp(o->out, o->evidence)) {
        report_error("%s cannot be both the payment and its evidence - give two names", o->out);
        return false;
    }
    return nonce_fill(o);
}

// The sentence that the device would have for it.
static int refuse(uint32_t code)
{
    char sentence[REFUSAL_TEXT_MAX];
    refusal_print((struct refusal){.code = code}, sentence);
    report_error("refused: %s", sentence);
    return EXIT_NO;
}

// What came back must be what this program finds in the PSBT by itself.
static bool signatures_check(struct order *o)
{
    struct signing *s = &o->signing;
    struct refusal why;
    if (payment_understand(&o->payment, o->status.fingerprint, o->status.network, s->nonce, &why)) {
        char sentence[REFUSAL_TEXT_MAX];
        refusal_print(why, sentence);
        report_error("the device signed what this program would refuse (%s) - nothing was "
                     "written; do not use these signatures",
                     sentence);
        return false;
    }
    if (s->signature_count != o->payment.request.input_count) {
        report_error("the device sent %u signatures for %u inputs - nothing was written; try "
                     "again",
                     s->signature_count, o->payment.request.input_count);
        return false;
    }
    for (uint32_t i = 0; i < s->signature_count; i++) {
        const struct signing_signature *g = &s->signatures[i];
        if (payment_check(&o->payment, g->input, (struct span){g->bytes, g->size}) == ERR_OK)
            continue;
        report_error("the signature for input %u does not fit this payment - nothing was "
                     "written; somebody on the way changed something",
                     g->input + 1);
        return false;
    }
    return true;
}

static bool evidence_fits(const struct order *o, const struct evidence *e)
{
    uint8_t bytes[REQUEST_MAX], hash[REQUEST_HASH_SIZE];
    size_t size;
    struct refusal why;
    if (request_encode(&o->payment.request, bytes, sizeof bytes, &size, &why) != ERR_OK)
        return false;
    request_hash(bytes, size, hash);
    if (memcmp(hash, e->request, sizeof hash) != 0 ||
        memcmp(o->signing.nonce, e->nonce, sizeof e->nonce) != 0 ||
        e->signature_count != o->signing.signature_count)
        return false;
    for (uint32_t i = 0; i < e->signature_count; i++) {
        const struct signing_signature *g = &o->signing.signatures[i];
        if (e->signatures[i].input != g->input || e->signatures[i].length != g->size ||
            memcmp(e->signatures[i].bytes, g->bytes, g->size) != 0)
            return false;
    }
    return true;
}

// Whether the device key is to be believed is for `cella verify`; here the evidence must only be
// whole and about this request.
static bool evidence_check(const struct order *o)
{
    static struct evidence_work work;
    static struct evidence evidence;
    struct evidence_check check;
    const struct signing *s = &o->signing;
    if (evidence_verify(s->evidence, s->evidence_size, &work, &evidence, &check) != ERR_OK) {
        report_error("the device's evidence is not valid: %s", evidence_sentence(check.fault));
        return false;
    }
    if (!evidence_fits(o, &evidence)) {
        report_error("the device's evidence is about another request - nothing was written; try "
                     "again");
        return false;
    }
    return true;
}

static bool results_write(struct order *o)
{
    struct psbt_signature signatures[SIGNING_SIGNATURES_MAX];
    const struct signing *s = &o->signing;
    for (uint32_t i = 0; i < s->signature_count; i++)
        signatures[i] = (struct psbt_signature){
            .input = s->signatures[i].input,
            .bytes = {s->signatures[i].bytes, s->signatures[i].size},
        };
    size_t cap = o->payment.size + s->signature_count * PSBT_SIGNATURE_GROWTH, size, form_size;
    uint8_t *merged = malloc(cap), *form = NULL;
    bool good = false;
    if (!merged ||
        psbt_merge(&o->payment.psbt, signatures, s->signature_count, merged, cap, &size) != ERR_OK)
        report_error("the signatures do not fit into this PSBT - export it again from your "
                     "wallet program");
    else
        form = payment_form(&o->payment, merged, size, &form_size);
    if (form)
        good = (!o->evidence || file_fill(&o->evidence_file, s->evidence, s->evidence_size)) &&
               file_finish(&o->out_file, form, form_size) &&
               (!o->evidence || file_place(&o->evidence_file));
    free(form);
    free(merged);
    return good;
}

static int sign_with(struct order *o, struct device *device)
{
    if (!wallet_status(device, &o->status))
        return EXIT_UNABLE;
    o->signing.psbt = o->payment.bytes;
    o->signing.size = o->payment.size;
    int code = signing_run(device, &o->signing);
    if (code != EXIT_GOOD)
        return code;
    if (!signatures_check(o) || !evidence_check(o))
        return EXIT_NO;
    if (!results_write(o))
        return EXIT_UNABLE;
    printf("signed %u of %u inputs: %s\n", o->signing.signature_count,
           o->payment.request.input_count, shown(o->out));
    if (o->evidence)
        printf("evidence: %s (check it with `cella verify %s --psbt %s`)\n", shown(o->evidence),
               shown(o->evidence), shown(o->out));
    return EXIT_GOOD;
}

int wallet_sign(int argc, char **argv)
{
    static struct order order;
    static struct device device;
    memset(&order, 0, sizeof order);
    int code = EXIT_UNABLE;
    if (!order_read(argc, argv, &order) || !payment_read(order.in, &order.payment))
        return code;
    if (order.payment.size > COMPANION_PSBT_MAX) {
        code = refuse(REFUSAL_OVERSIZED);
    } else if (order.payment.size == 0) {
        code = refuse(REFUSAL_TRUNCATED);
    } else if (file_create(&order.out_file, order.out) &&
               (!order.evidence || file_create(&order.evidence_file, order.evidence)) &&
               link_options_open(&order.link, &device)) {
        code = sign_with(&order, &device);
        device_close(&device);
    }
    file_abandon(&order.out_file);
    file_abandon(&order.evidence_file);
    payment_free(&order.payment);
    return code;
}

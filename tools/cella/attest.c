// SPDX-License-Identifier: GPL-3.0-or-later
// cella attest: what the device's TPM says.
#include "crypto/hash.h"
#include "endorse.h"
#include "files.h"
#include "format/bytes_le.h"
#include "format/fingerprint.h"
#include "format/quote.h"
#include "hex.h"
#include "json.h"
#include "link_options.h"
#include "report.h"
#include "shown.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char usage[] = "cella attest state [--json] | enrol FILE [--ca PEM] | quote FILE "
                            "[--nonce HEX] "
                            "[--device SOCKET] [--timeout SECONDS]";

enum { QUESTION_QUOTE = 48, QUESTION_STATE = 50, STATE_SIZE = 16 + QUOTE_KEY };
enum { TPM_NONE = 0, TPM_WORKS = 1 }; // abi/attest.idl, `state`

struct request {
    struct link_options link;
    const char *nonce;
    const char *authorities; // PEM
    bool json;
};

// What it answers without a TPM has words of its own. False: said.
static bool ask(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                struct link_frame *answer)
{
    if (!device_exchange(d, type, data, size, answer))
        return false;
    if (answer->status == ERR_OK)
        return true;
    if (answer->status == ERR_NOT_FOUND)
        report_error(
            "the device has no TPM: nothing attests what it runs - use one with a TPM 2.0");
    else if (answer->status == ERR_BAD_STATE)
        report_error("the device has no key yet that could be attested - wait until it greets");
    else
        device_complain(answer->status);
    return false;
}

static bool state_ask(struct device *d, uint8_t state[STATE_SIZE])
{
    struct link_frame answer;
    if (!ask(d, QUESTION_STATE, NULL, 0, &answer))
        return false;
    if (answer.length != STATE_SIZE) {
        report_error("the device's answer makes no sense - use the `cella` built with its image");
        return false;
    }
    memcpy(state, answer.payload, STATE_SIZE);
    return true;
}

static void state_print(const uint8_t state[STATE_SIZE], bool json)
{
    const uint32_t tpm = le32_get(state), counter = le32_get(state + 12);
    const bool measured = le32_get(state + 4) != 0, sealing = le32_get(state + 8) != 0;
    const char *word = tpm == TPM_WORKS ? "works" : tpm == TPM_NONE ? "none" : "fails";
    if (json) {
        printf("{\"tpm\":\"%s\",\"measured\":%s,\"sealing\":%s,\"counter\":%u,\"key\":", word,
               measured ? "true" : "false", sealing ? "true" : "false", counter);
        json_hex(stdout, state + 16, QUOTE_KEY);
        printf("}\n");
        return;
    }
    printf("TPM        %s\n", word);
    printf("measured   %s\n", measured ? "the device says yes: only a quote proves it"
                                       : "no: nothing attests what this device runs");
    printf("sealing    %s\n",
           sealing ? "a seed is kept under PIN and TPM" : "a seed is kept under the PIN alone");
    if (counter)
        printf("counter    %u: images with a lower rollback index are not started\n", counter);
    else
        printf("counter    none\n");
}

static bool file_make(const char *path, const void *data, size_t size)
{
    struct new_file file;
    return file_create(&file, path) && file_finish(&file, data, size);
}

static bool enrol(struct device *d, const char *path, const char *authorities)
{
    uint8_t state[STATE_SIZE];
    char text[2 * QUOTE_KEY + 2], fingerprint[FINGERPRINT_TEXT];
    uint8_t digest[HASH_SIZE];
    if (!state_ask(d, state))
        return false;
    if (le32_get(state) != TPM_WORKS) {
        report_error(
            "the device has no TPM: nothing attests what it runs - use one with a TPM 2.0");
        return false;
    }
    if (authorities && !endorse_check(d, authorities, state + 16))
        return false;
    for (size_t i = 0; i < QUOTE_KEY; i++)
        snprintf(text + 2 * i, 3, "%02x", state[16 + i]);
    strcat(text, "\n");
    // Never in an enrolled machine's place.
    if (!file_new(path, 0644, (const uint8_t *)text, strlen(text)))
        return false;
    hash_bytes(state + 16, QUOTE_KEY, digest);
    fingerprint_text(digest, fingerprint);
    printf("%s: the attestation key of this device's TPM\n"
           "TPM key    %s\n",
           shown(path), fingerprint);
    if (authorities)
        printf("endorsed   %s leads to the certificate of the TPM that holds it\n",
               shown(authorities));
    else
        printf("Compare it with the device's console: what you enrol is what you trust.\n");
    return true;
}

static bool nonce_make(const char *given, uint8_t nonce[QUOTE_NONCE])
{
    if (given && !hex_read(given, strlen(given), nonce, QUOTE_NONCE)) {
        report_error(
            "%s is no nonce, which is 64 hexadecimal digits - leave --nonce out to get one", given);
        return false;
    }
    if (!given && getrandom(nonce, QUOTE_NONCE, 0) != QUOTE_NONCE) {
        report_error("the system gave no random bytes - try again");
        return false;
    }
    return true;
}

static bool quote(struct device *d, const char *path, const char *given)
{
    uint8_t nonce[QUOTE_NONCE];
    struct link_frame answer;
    struct quote q;
    enum quote_refusal why;
    if (!nonce_make(given, nonce) || !ask(d, QUESTION_QUOTE, nonce, sizeof nonce, &answer))
        return false;
    if (quote_parse(answer.payload, answer.length, &q, &why) != ERR_OK) {
        report_error("the device's answer: %s", quote_refusal_text(why));
        return false;
    }
    if (!file_make(path, answer.payload, answer.length))
        return false;
    printf("nonce ");
    for (size_t i = 0; i < sizeof nonce; i++)
        printf("%02x", nonce[i]);
    printf("\n");
    return true;
}

static bool serve(struct device *d, const struct request *q, const struct operands *o)
{
    uint8_t state[STATE_SIZE];
    if (strcmp(o->at[0], "enrol") == 0)
        return enrol(d, o->at[1], q->authorities);
    if (strcmp(o->at[0], "quote") == 0)
        return quote(d, o->at[1], q->nonce);
    if (!state_ask(d, state))
        return false;
    state_print(state, q->json);
    return true;
}

static bool operands_good(const struct operands *o)
{
    if (o->count == 1)
        return strcmp(o->at[0], "state") == 0;
    return o->count == 2 && (strcmp(o->at[0], "enrol") == 0 || strcmp(o->at[0], "quote") == 0);
}

int attest_command(int argc, char **argv)
{
    static struct device device;
    struct request q = {.nonce = NULL, .authorities = NULL};
    struct operands operands;
    const struct option_rule rules[] = {
        LINK_OPTIONS(q.link),
        {"--nonce", &q.nonce, NULL},
        {"--ca",     &q.authorities, NULL},
        {"--json",    NULL, &q.json},
        {0    }
    };
    link_options_start(&q.link);
    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (!operands_good(&operands) || (q.authorities && strcmp(operands.at[0], "enrol") != 0)) {
        report_error("`attest` wants `state`, `enrol FILE` or `quote FILE` - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (!link_options_open(&q.link, &device))
        return EXIT_UNABLE;
    bool good = serve(&device, &q, &operands);
    device_close(&device);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}

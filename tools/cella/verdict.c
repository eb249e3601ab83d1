// SPDX-License-Identifier: GPL-3.0-or-later
// cella verify: saying what was found, for people and for machines.
#include "abi/boot_info.h"
#include "format/fingerprint.h"
#include "json.h"
#include "report.h"
#include "shown.h"
#include "verify.h"
#include <string.h>

static const char *boot_words(const struct evidence *e)
{
    if (e->entry != BOOT_UEFI)
        return "direct (unmeasured: whoever started the machine chose what runs)";
    return e->secure_boot == BOOT_SECURE_ON
               ? "UEFI, Secure Boot on"
               : "UEFI, Secure Boot OFF (the firmware checked nothing)";
}

static void hex_print(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", data[i]);
}

static void field_hex(const char *name, const uint8_t *data, size_t size)
{
    printf("%-12s", name);
    hex_print(data, size);
    putchar('\n');
}

static void text_print(const struct evidence_name *text)
{
    bool start = true;
    for (size_t i = 0; i < text->length; i++) {
        if (start)
            fputs("    | ", stdout);
        putchar(text->text[i]);
        start = text->text[i] == '\n';
    }
    if (!start)
        putchar('\n');
}

static void anchor_print(const struct verdict *v)
{
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(v->evidence.device_key, fingerprint);
    printf("device key  %s\n", fingerprint);
    field_hex("", v->evidence.device_key, EVIDENCE_KEY);
    if (v->anchor == ANCHOR_FOUND)
        printf("anchor      this key is enrolled (%s)\n", shown(v->anchors.place));
    else
        printf("anchor      unanchored: %s\n", v->anchor == ANCHOR_NONE
                                                   ? "no device key is enrolled here"
                                                   : "this key is none of those enrolled");
}

static void comparison_print(const struct verdict *v)
{
    char inputs[REVIEW_NUMBER_MAX], outputs[REVIEW_NUMBER_MAX], fee[REVIEW_NUMBER_MAX];
    switch (v->comparison) {
    case COMPARISON_NONE:
        return;
    case COMPARISON_EQUAL:
        review_amount(v->sums.inputs, inputs);
        review_amount(v->sums.outputs, outputs);
        review_amount(v->sums.fee, fee);
        printf("payment     the text is what %s says: %u outputs, every amount and address\n"
               "            computed again (in %s, out %s, fee %s BTC); the signatures fit it\n",
               shown(v->psbt), v->outputs, inputs, outputs, fee);
        return;
    case COMPARISON_TEXT:
        printf("payment     ANOTHER ONE: the text is not what %s says\n", shown(v->psbt));
        printf("            the device showed  %s\n", v->shown);
        printf("            the payment says   %s\n", v->payment);
        return;
    case COMPARISON_REQUEST:
        printf("payment     ANOTHER ONE: %s reads the same, but is not what was signed\n",
               shown(v->psbt));
        return;
    case COMPARISON_SIGNATURE:
        printf("payment     the signature for input %u does not fit %s\n", v->input + 1,
               shown(v->psbt));
        return;
    }
}

static void meaning_print(const struct verdict *v)
{
    if (!verdict_good(v)) {
        if (v->quoted && quote_grown(&v->quote))
            printf(
                "\nThis proves that the device key is that of a system started from these files. "
                "Programs were\ninstalled since, which the quote does not name: ask for a quote "
                "before anything is installed.\n");
        else if (v->quoted && !quote_good(&v->quote))
            printf("\nThis proves that the device key is inside a device with the enrolled TPM, "
                   "and that it "
                   "was not\nstarted from these files.\n");
        else if (!v->quoted && v->anchor != ANCHOR_FOUND)
            printf(
                "\nThis proves nothing yet: anybody can make a key and sign with it. Compare the "
                "fingerprint\nabove with the device's console and give that key with --key.\n");
        else
            printf("\nThis proves that the device showed the text above, and that the text is not "
                   "about this payment.\n");
        return;
    }
    if (v->quoted) {
        printf("\nWhat this proves: the enrolled TPM says that the system of these files was "
               "started, and that "
               "the device\nkey is that system's. It says that the text above was shown on its "
               "console, that the "
               "person there\napproved it, and that these signatures came of it.\n"
               "What it does not prove: what is not compared above, and that nothing broke into "
               "the system "
               "after its start.\n");
        return;
    }
    printf(
        "\nWhat this proves: whoever holds the enrolled device key says that the text above was "
        "shown on\nits console, that the person there approved it, and that these signatures came "
        "of it. It is the\nsame key that was enrolled: continuity with that device, since it was "
        "last started.\n");
    printf("What it does not prove: that the key is inside a Cella device, or which program runs "
           "there. The\nlines `system` and `boot` are the device's own word: a quote (--quote) "
           "would show "
           "it.\n");
}

void verdict_print(const struct verdict *v)
{
    const struct evidence *e = &v->evidence;
    printf("evidence    signature result, whole: it was signed by the device key in it\n");
    anchor_print(v);
    printf("system      profile %.*s, version %.*s\n", (int)e->profile.length, e->profile.text,
           (int)e->version.length, e->version.text);
    field_hex("bundle", e->bundle, EVIDENCE_DIGEST);
    printf("boot        %s\n", boot_words(e));
    if (e->entropy_test)
        printf("entropy     A TEST SOURCE IS IN USE: keys and numbers of this device can be "
               "predicted\n");
    printf("app         %.*s (id %.*s)\n", (int)e->app.length, e->app.text, (int)e->app_id.length,
           e->app_id.text);
    field_hex("publisher", e->publisher, EVIDENCE_KEY);
    printf("question    number %llu since the device was started\n",
           (unsigned long long)e->sequence);
    if (v->quoted)
        quote_print(&v->quote);
    else
        printf("attested    no: no quote was given\n");
    field_hex("request", e->request, EVIDENCE_DIGEST);
    field_hex("nonce", e->nonce, EVIDENCE_NONCE);
    printf("signatures  %u\n", e->signature_count);
    comparison_print(v);
    printf("shown on the device:\n");
    text_print(&e->text);
    meaning_print(v);
}

static void json_name(const char *key, const struct evidence_name *name)
{
    printf(",\"%s\":", key);
    json_bytes(stdout, name->text, name->length);
}

static void json_digest(const char *key, const uint8_t *data, size_t size)
{
    printf(",\"%s\":", key);
    json_hex(stdout, data, size);
}

static void json_comparison(const struct verdict *v)
{
    static const char *const words[] = {
        [COMPARISON_NONE] = "not compared",       [COMPARISON_EQUAL] = "equal",
        [COMPARISON_TEXT] = "other text",         [COMPARISON_REQUEST] = "other request",
        [COMPARISON_SIGNATURE] = "bad signature",
    };
    printf(",\"psbt\":\"%s\"", words[v->comparison]);
    if (v->comparison == COMPARISON_TEXT) {
        printf(",\"shown\":");
        json_string(stdout, v->shown);
        printf(",\"expected\":");
        json_string(stdout, v->payment);
    }
}

void verdict_print_json(const struct verdict *v)
{
    const struct evidence *e = &v->evidence;
    printf("{\"type\":\"signature result\",\"good\":%s,\"anchored\":%s",
           verdict_good(v) ? "true" : "false", v->anchor == ANCHOR_FOUND ? "true" : "false");
    json_digest("device_key", e->device_key, EVIDENCE_KEY);
    json_name("profile", &e->profile);
    json_name("version", &e->version);
    json_digest("bundle", e->bundle, EVIDENCE_DIGEST);
    printf(",\"boot\":\"%s\",\"secure_boot\":%s,\"entropy_test\":%s",
           e->entry == BOOT_UEFI ? "uefi" : "direct",
           e->secure_boot == BOOT_SECURE_ON ? "true" : "false", e->entropy_test ? "true" : "false");
    json_name("app", &e->app);
    json_name("app_id", &e->app_id);
    json_digest("publisher", e->publisher, EVIDENCE_KEY);
    printf(",\"sequence\":%llu", (unsigned long long)e->sequence);
    json_digest("request", e->request, EVIDENCE_DIGEST);
    json_digest("nonce", e->nonce, EVIDENCE_NONCE);
    json_name("text", &e->text);
    printf(",\"signatures\":[");
    for (uint32_t i = 0; i < e->signature_count; i++) {
        printf("%s{\"input\":%u", i ? "," : "", e->signatures[i].input);
        json_digest("bytes", e->signatures[i].bytes, e->signatures[i].length);
        putchar('}');
    }
    putchar(']');
    json_comparison(v);
    printf(",\"proves\":\"%s\",\"attested\":%s}\n",
           !verdict_good(v) ? "nothing"
           : v->quoted      ? "a statement of the system that these files are"
                            : "continuity with the enrolled device key",
           v->quoted && quote_good(&v->quote) ? "true" : "false");
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Quotes from files, and what is said about them.
#include "files.h"
#include "format/fingerprint.h"
#include "hex.h"
#include "image_file.h"
#include "json.h"
#include "quote_check.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool quote_key_read(const char *path, uint8_t key[QUOTE_KEY])
{
    size_t size = 0;
    uint8_t *text = file_read(path, QUOTE_KEY_FILE_MAX, &size);
    bool good = text && size >= 2 * QUOTE_KEY &&
                (size == 2 * QUOTE_KEY || text[2 * QUOTE_KEY] == '\n') &&
                hex_read((const char *)text, 2 * QUOTE_KEY, key, QUOTE_KEY);
    if (text && !good)
        report_error(
            "%s is no enrolled TPM, which is 128 hexadecimal digits - make one with `cella "
            "attest enrol`",
            path);
    free(text);
    return good;
}

static bool predict_image(const struct quote_request *q, struct prediction *p)
{
    struct image image;
    if (!image_open(&image, q->image))
        return false;
    const bool direct = (image.header->flags & BUNDLE_DIRECT) != 0;
    if (direct)
        report_error("%s is for direct boot, which nothing measures - name the image for UEFI",
                     q->image);
    const bool good = !direct && predict_files(&q->paths, image.header, p);
    image_close(&image);
    return good;
}

bool quote_request_whole(const struct quote_request *q)
{
    const struct predict_paths *p = &q->paths;
    if (q->quote ||
        !(q->nonce || q->tpm || q->image || p->loader || p->vars || p->firmware || p->volume))
        return true;
    report_error("--nonce, --tpm, --image, --loader, --vars, --firmware and --volume go with "
                 "--quote - name the quote's file, or leave them out");
    return false;
}

// False: said.
static bool request_read(const struct quote_request *q, uint8_t nonce[QUOTE_NONCE],
                         uint8_t key[QUOTE_KEY])
{
    if (!q->nonce || !q->tpm || !q->image || !q->paths.loader || !q->paths.vars ||
        !predict_paths_good(&q->paths)) {
        report_error(
            "--quote needs --nonce, --tpm, --image, --loader and --vars - all that a quote is "
            "compared with");
        return false;
    }
    if (!hex_read(q->nonce, strlen(q->nonce), nonce, QUOTE_NONCE)) {
        report_error(
            "%s is no nonce, which is 64 hexadecimal digits - give what `cella attest quote` "
            "printed",
            q->nonce);
        return false;
    }
    return quote_key_read(q->tpm, key);
}

int quote_judge(const struct quote_request *q, const uint8_t *device_key, struct quote_verdict *v)
{
    static struct prediction p;
    uint8_t nonce[QUOTE_NONCE], key[QUOTE_KEY];
    enum quote_refusal why = QUOTE_IS_GOOD;
    size_t size = 0;
    if (!request_read(q, nonce, key) || !predict_image(q, &p))
        return EXIT_UNABLE;
    uint8_t *bytes = file_read(q->quote, QUOTE_FILE_MAX, &size);
    if (!bytes)
        return EXIT_UNABLE;
    err_t error = quote_verify(bytes, size, nonce, key, device_key, &v->quote, &why);
    free(bytes);
    if (error) {
        report_error("%s: %s", q->quote, quote_refusal_text(why));
        return EXIT_NO;
    }
    quote_compare(v, &p);
    return EXIT_GOOD;
}

static void hex_print(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", data[i]);
}

void quote_print(const struct quote_verdict *v)
{
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(v->quote.device_key, fingerprint);
    printf("quote       signed by the enrolled TPM, for this nonce and device key\n"
           "            %s\n",
           fingerprint);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++) {
        const char *component = quote_component(i);
        if (!component)
            continue;
        printf("PCR %-7u %s: %s\n", i,
               !v->compared[i] ? "not compared"
               : v->differs[i] ? "DIFFERS"
                               : "as predicted",
               component);
        if (!v->differs[i])
            continue;
        printf("            the TPM says  ");
        hex_print(v->quote.registers[i], QUOTE_DIGEST);
        printf("\n            predicted     ");
        hex_print(v->predicted[i], QUOTE_DIGEST);
        printf("\n");
    }
    printf(quote_good(v)
               ? "attested    the device key is one of a system started from these files\n"
           : quote_grown(v)
               ? "attested    NO: started from these files, but programs were installed since\n"
               : "attested    NO: something else was started\n");
}

void quote_print_json(const struct quote_verdict *v)
{
    printf("\"attested\":%s,\"device_key\":", quote_good(v) ? "true" : "false");
    json_hex(stdout, v->quote.device_key, sizeof v->quote.device_key);
    printf(",\"differs\":[");
    for (uint32_t i = 0, any = 0; i < QUOTE_REGISTERS; i++)
        if (v->differs[i])
            printf("%s%u", any++ ? "," : "", i);
    printf("],\"compared\":[");
    for (uint32_t i = 0, any = 0; i < QUOTE_REGISTERS; i++)
        if (v->compared[i])
            printf("%s%u", any++ ? "," : "", i);
    printf("]");
}

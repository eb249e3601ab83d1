// SPDX-License-Identifier: GPL-3.0-or-later
#include "payment.h"
#include "base64.h"
#include "files.h"
#include "format/psbt_write.h"
#include "format/spend.h"
#include "report.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t magic[] = {'p', 's', 'b', 't', 0xff}; // BIP-174

bool payment_read(const char *path, struct payment *p)
{
    memset(p, 0, sizeof *p);
    p->bytes = file_read(path, PAYMENT_FILE_MAX, &p->size);
    if (!p->bytes)
        return false;
    if (p->size >= sizeof magic && !memcmp(p->bytes, magic, sizeof magic))
        return true;
    // "cHNidP" is how base64 of the magic starts. Anything else goes to the device as it is.
    p->line = p->size && p->bytes[p->size - 1] == '\n';
    p->base64 = p->size >= 6 && !memcmp(p->bytes, "cHNidP", 6);
    if (p->base64 && !base64_decode(p->bytes, &p->size)) {
        report_error("%s starts like a PSBT in base64 and is none - copy the whole file again",
                     path);
        payment_free(p);
        return false;
    }
    return true;
}

uint8_t *payment_form(const struct payment *p, const uint8_t *psbt, size_t size, size_t *form_size)
{
    size_t text = base64_size(size), total = p->base64 ? text + p->line : size;
    uint8_t *out = malloc(total + 1);
    if (!out) {
        report_error("out of memory - close other programs");
        return NULL;
    }
    if (p->base64) {
        base64_encode(psbt, size, out);
        out[text] = '\n';
    } else {
        memcpy(out, psbt, size);
    }
    *form_size = total;
    return out;
}

err_t payment_understand(struct payment *p, uint32_t fingerprint, uint32_t network,
                         const uint8_t nonce[REQUEST_NONCE_SIZE], struct refusal *why)
{
    err_t error = psbt_parse(p->bytes, p->size, &p->psbt, why);
    if (!error)
        error = psbt_to_request(&p->psbt, fingerprint, network, nonce, &p->request, why);
    if (!error)
        sighash_share(&p->request, &p->shared);
    return error;
}

static void map_copy(struct writer *w, struct span map, bool input)
{
    struct reader fields = reader_of_span(map);
    struct psbt_field field;
    while (psbt_field_next(&fields, &field)) {
        bool signature = field.type == PSBT_IN_PARTIAL_SIG || field.type == PSBT_IN_TAP_KEY_SIG;
        if (!input || !signature)
            write_span(w, field.whole);
    }
    write_u8(w, 0);
}

err_t payment_strip(struct payment *p, struct refusal *why)
{
    err_t error = psbt_parse(p->bytes, p->size, &p->psbt, why);
    if (error)
        return error;
    uint8_t *bytes = malloc(p->size);
    if (!bytes)
        return ERR_NO_MEMORY;
    struct writer w = writer_of(bytes, p->size); // it only gets shorter
    write_bytes(&w, magic, sizeof magic);
    map_copy(&w, p->psbt.global, false);
    for (uint32_t i = 0; i < p->psbt.tx.input_count; i++)
        map_copy(&w, p->psbt.inputs[i], true);
    for (uint32_t i = 0; i < p->psbt.tx.output_count; i++)
        map_copy(&w, p->psbt.outputs[i], false);
    free(p->bytes);
    p->bytes = bytes;
    p->size = writer_size(&w);
    return psbt_parse(p->bytes, p->size, &p->psbt, why);
}

err_t payment_check(const struct payment *p, uint32_t input, struct span signature)
{
    uint8_t key[SECP_PUBLIC_SIZE] = {0};
    if (input >= p->request.input_count)
        return ERR_BAD_ARGUMENT;
    if (p->request.inputs[input].path.kind == COIN_P2WPKH) {
        err_t error = psbt_input_key(&p->psbt, input, key);
        if (error)
            return error;
    }
    return spend_check_signature(&p->request, &p->shared, input, key, signature);
}

void payment_free(struct payment *p)
{
    free(p->bytes);
    memset(p, 0, sizeof *p);
}

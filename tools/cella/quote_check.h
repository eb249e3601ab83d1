// SPDX-License-Identifier: GPL-3.0-or-later
// Is a quote the enrolled TPM's, fresh, for this device key - and does it say what the files
// predict?
#pragma once
#include "format/quote.h"
#include "predict.h"

enum { QUOTE_FILE_MAX = 4096, QUOTE_KEY_FILE_MAX = 4096 };

// What a person names on the command line.
struct quote_request {
    const char *quote, *nonce, *tpm, *image;
    struct predict_paths paths;
};

struct quote_verdict {
    struct quote quote;
    bool compared[QUOTE_REGISTERS]; // there was a prediction
    bool differs[QUOTE_REGISTERS];
    uint8_t predicted[QUOTE_REGISTERS][QUOTE_DIGEST];
};

// Parse, then nonce, key and signature; `device_key` NULL: whichever it names. Errors: BAD_DATA.
MUST_USE err_t quote_verify(const uint8_t *bytes, size_t size, const uint8_t nonce[QUOTE_NONCE],
                            const uint8_t key[QUOTE_KEY], const uint8_t *device_key,
                            struct quote *out, enum quote_refusal *why);

// Fill `v` from v->quote and what was predicted.
void quote_compare(struct quote_verdict *v, const struct prediction *p);

// Whether the firmware's registers about loader and Secure Boot, and ours, are all as predicted.
bool quote_good(const struct quote_verdict *v);

// Whether nothing differs but the programs that were installed since: the system of these files was
// started, and what runs there now is more than that.
bool quote_grown(const struct quote_verdict *v);

// The component behind a register, for people; NULL: it is not compared.
const char *quote_component(uint32_t pcr);

// Everything, from files. An exit code; with EXIT_GOOD there is a verdict, which quote_good judges;
// else it was said. `device_key` as above.
int quote_judge(const struct quote_request *q, const uint8_t *device_key, struct quote_verdict *v);

void quote_print(const struct quote_verdict *v);
void quote_print_json(const struct quote_verdict *v); // an object's fields, without its braces

// Whether the quote is named, if anything is that it is compared with. False: said.
bool quote_request_whole(const struct quote_request *q);

// An enrolled attestation key: 128 hexadecimal digits in a file. False: said.
bool quote_key_read(const char *path, uint8_t key[QUOTE_KEY]);

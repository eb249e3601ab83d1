// SPDX-License-Identifier: GPL-3.0-or-later
#include "endorse.h"

#include "base64.h"
#include "crypto/wipe.h"
#include "crypto/x509.h"
#include "files.h"
#include "format/credential.h"
#include "report.h"
#include "shown.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { AUTHORITIES_MAX = 16, FILE_MAX = 1 << 20 };

static const char begins[] = "-----BEGIN CERTIFICATE-----", ends[] = "-----END CERTIFICATE-----";

struct authorities {
    uint8_t *text; // decoded where it stands
    struct x509_bytes list[AUTHORITIES_MAX];
    size_t count;
};

// False: said. The caller frees the text.
static bool authorities_read(struct authorities *a, const char *path)
{
    size_t size = 0;
    a->text = file_read(path, FILE_MAX, &size);
    a->count = 0;
    if (!a->text)
        return false;
    for (char *at = strstr((char *)a->text, begins); at; at = strstr(at, begins)) {
        char *from = at + strlen(begins), *end = strstr(from, ends);
        size_t bytes = end ? (size_t)(end - from) : 0;
        if (!end || a->count == AUTHORITIES_MAX || !base64_decode((uint8_t *)from, &bytes)) {
            report_error("%s: certificate %zu of it is damaged, or one too many - name a PEM file "
                         "of at most %d certificates",
                         shown(path), a->count + 1, AUTHORITIES_MAX);
            return false;
        }
        a->list[a->count++] = (struct x509_bytes){(const uint8_t *)from, bytes};
        at = end + strlen(ends);
    }
    if (a->count == 0)
        report_error("%s holds no certificate - name the TPM maker's, as PEM", shown(path));
    return a->count != 0;
}

static const char *fault_text(enum x509_fault fault)
{
    switch (fault) {
    case X509_AUTHORITY:
        return "one of the certificates in the file that you named is none - fetch them again";
    case X509_NO_ISSUER:
        return "no certificate in the file that you named has issued the TPM's - name those of "
               "this TPM's maker, or do not trust it";
    case X509_FORGED:
        return "its issuer's signature does not fit: the TPM's certificate was altered - do not "
               "trust it";
    case X509_NO_ROOT:
        return "the certificates in the file that you named do not lead to a root - add the TPM "
               "maker's root certificate";
    case X509_DATE:
        return "the TPM's certificate, or its issuer's, is not valid now - look at this "
               "machine's clock";
    case X509_PURPOSE:
        return "the TPM's certificate is for something else than endorsing a TPM - do not trust it";
    case X509_UNKNOWN_KEY:
        return "the TPM's certificate is for a key that is not RSA-2048 - enrol by comparing the "
               "fingerprint";
    default:
        return "the TPM's certificate is damaged: it is none - do not trust it";
    }
}

// The certificate is the maker's, and of the endorsement key that this TPM says it has.
static bool certificate_check(const struct link_frame *said, const struct authorities *a,
                              uint8_t key[X509_KEY])
{
    enum x509_fault why = X509_GOOD;
    if (said->length <= CREDENTIAL_KEY) {
        report_error("this TPM has no endorsement certificate for an RSA-2048 key - enrol without "
                     "--ca, and compare the fingerprint");
        return false;
    }
    const struct x509_bytes certificate = {said->payload + CREDENTIAL_KEY,
                                           said->length - CREDENTIAL_KEY};
    if (x509_endorsement(&certificate, a->list, a->count, key, &why) != ERR_OK) {
        report_error("%s", fault_text(why));
        return false;
    }
    if (memcmp(key, said->payload, X509_KEY) != 0) {
        report_error("the certificate is another TPM's: this one has another endorsement key - do "
                     "not trust it");
        return false;
    }
    return true;
}

// False: said.
static bool credential_ask(const uint8_t endorsement[X509_KEY], const uint8_t key[QUOTE_KEY],
                           uint8_t secret[CREDENTIAL_SECRET], uint8_t question[CREDENTIAL_QUESTION])
{
    uint8_t name[CREDENTIAL_NAME];
    struct {
        uint8_t seed[CREDENTIAL_SEED], secret[CREDENTIAL_SECRET], padding[64];
    } fresh;
    credential_name(key, name);
    const bool good =
        getrandom(&fresh, sizeof fresh, 0) == sizeof fresh &&
        credential_make(name, fresh.seed, fresh.secret, question) == ERR_OK &&
        x509_close(endorsement, fresh.seed, fresh.padding, question + CREDENTIAL_SIZE) == ERR_OK;
    memcpy(secret, fresh.secret, CREDENTIAL_SECRET);
    wipe(&fresh, sizeof fresh);
    if (!good)
        report_error("no credential could be made for the TPM - try again");
    return good;
}

static bool credential_check(struct device *d, const uint8_t endorsement[X509_KEY],
                             const uint8_t key[QUOTE_KEY])
{
    uint8_t secret[CREDENTIAL_SECRET], question[CREDENTIAL_QUESTION];
    struct link_frame answer;
    if (!credential_ask(endorsement, key, secret, question) ||
        !device_exchange(d, QUESTION_OPEN, question, sizeof question, &answer))
        return false;
    const bool good = answer.status == ERR_OK && answer.length == CREDENTIAL_SECRET &&
                      equal_ct(answer.payload, secret, CREDENTIAL_SECRET);
    if (!good)
        report_error("the attestation key is not in the TPM of that certificate: it cannot open "
                     "what was made for both - do not trust it");
    wipe(secret, sizeof secret);
    return good;
}

bool endorse_check(struct device *d, const char *path, const uint8_t key[QUOTE_KEY])
{
    struct authorities a;
    struct link_frame said;
    uint8_t endorsement[X509_KEY];
    bool good = authorities_read(&a, path) && device_query(d, QUESTION_ENDORSED, NULL, 0, &said) &&
                certificate_check(&said, &a, endorsement) && credential_check(d, endorsement, key);
    free(a.text);
    return good;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Any certificates as a TPM's and as those of its maker: following them ends, keeps its bounds, and
// gives a key or a reason. wolfSSL's parser is instrumented like our own code. An input is one
// certificate after the other, two bytes of length before each: the TPM's, then its maker's. A
// signature is good if its certificate has an even size, because no mutator could make one.
#include "crypto/x509.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_wc_CheckCertSigPubKey(const unsigned char *certificate, unsigned size, void *heap,
                                 const unsigned char *key, unsigned key_size, int kind);

enum { AUTHORITIES_MAX = 4 };

int __wrap_wc_CheckCertSigPubKey(const unsigned char *certificate, unsigned size, void *heap,
                                 const unsigned char *key, unsigned key_size, int kind)
{
    (void)certificate, (void)heap, (void)key, (void)key_size, (void)kind;
    return size % 2 == 0 ? 0 : -1;
}

// A copy of just that size, so that the sanitizer sees a byte too many.
static struct x509_bytes take(const uint8_t **at, size_t *left)
{
    struct x509_bytes out = {.at = NULL};
    if (*left < 2)
        return out;
    const size_t wanted = (size_t)((*at)[0] | (*at)[1] << 8), most = *left - 2;
    out.size = wanted < most ? wanted : most;
    uint8_t *copy = malloc(out.size + (out.size == 0));
    if (copy == NULL)
        abort();
    memcpy(copy, *at + 2, out.size);
    out.at = copy;
    *at += 2 + out.size;
    *left -= 2 + out.size;
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t untouched[X509_KEY];
    struct x509_bytes certificate = take(&data, &size), authorities[AUTHORITIES_MAX];
    size_t count = 0;
    uint8_t key[X509_KEY] = {0};
    enum x509_fault why = X509_GOOD;
    if (certificate.at == NULL)
        return 0;
    while (count < AUTHORITIES_MAX && size >= 2)
        authorities[count++] = take(&data, &size);
    const err_t err = x509_endorsement(&certificate, authorities, count, key, &why);
    if (err == ERR_OK ? why != X509_GOOD
                      : why == X509_GOOD || memcmp(key, untouched, sizeof key) != 0)
        abort();
    free((void *)(uintptr_t)certificate.at);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)authorities[i].at);
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/x509.h"

#include "crypto/random.h"

#include <stdbool.h>
#include <string.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/rsa.h>

enum { STEPS_MAX = 5 };

// tcg-kp-EKCertificate, 2.23.133.8.1.
static const uint8_t purpose[] = {0x06, 0x05, 0x67, 0x81, 0x05, 0x08, 0x01};

static err_t refuse(enum x509_fault *why, enum x509_fault fault)
{
    *why = fault;
    return ERR_BAD_DATA;
}

// How long the outermost element says it is; 0: none, or longer than what is there.
static size_t whole_size(const struct x509_bytes *b)
{
    if (b->size < 4 || b->at[0] != 0x30 || b->at[1] != 0x82)
        return 0;
    const size_t size = 4 + ((size_t)b->at[2] << 8 | b->at[3]);
    return size <= b->size ? size : 0;
}

// The caller frees it if it succeeds.
static bool certificate_parse(DecodedCert *c, const struct x509_bytes *b)
{
    const size_t size = whole_size(b);
    if (size == 0)
        return false;
    wc_InitDecodedCert(c, b->at, (word32)size, NULL);
    if (wc_ParseCert(c, CERT_TYPE, NO_VERIFY, NULL) == 0 && c->srcIdx <= size)
        return true;
    wc_FreeDecodedCert(c);
    return false;
}

// Tag, length, and then the time.
static bool date_good(const byte *date, int size, int kind)
{
    return date != NULL && size > 2 && wc_ValidateDate(date + 2, date[0], kind, size - 2) == 1;
}

static bool dates_good(const DecodedCert *c)
{
    return date_good(c->beforeDate, c->beforeDateLen, ASN_BEFORE) &&
           date_good(c->afterDate, c->afterDateLen, ASN_AFTER);
}

static bool names_issuer(const DecodedCert *c, const DecodedCert *issuer)
{
    return memcmp(c->issuerHash, issuer->subjectHash, KEYID_SIZE) == 0 &&
           (!c->extAuthKeyIdSet || !issuer->extSubjKeyIdSet ||
            memcmp(c->extAuthKeyId, issuer->extSubjKeyId, KEYID_SIZE) == 0);
}

// One step: `*at` becomes whoever vouches for it, if anybody does.
static err_t issuer_find(struct x509_bytes *at, const struct x509_bytes *authorities, size_t count,
                         bool *root, enum x509_fault *why)
{
    DecodedCert c, issuer;
    struct x509_bytes found = {.at = NULL};
    enum x509_fault fault = X509_NO_ISSUER;
    if (!certificate_parse(&c, at))
        return refuse(why, X509_MALFORMED);
    for (size_t i = 0; i < count && found.at == NULL; i++) {
        if (!certificate_parse(&issuer, &authorities[i])) {
            fault = X509_AUTHORITY;
            break;
        }
        const bool named = issuer.isCA && names_issuer(&c, &issuer);
        const bool good =
            named && wc_CheckCertSigPubKey(at->at, (word32)whole_size(at), NULL, issuer.publicKey,
                                           issuer.pubKeySize, (int)issuer.keyOID) == 0;
        if (named)
            fault = good ? X509_GOOD : X509_FORGED;
        if (good) {
            found = authorities[i];
            *root = memcmp(issuer.subjectHash, issuer.issuerHash, KEYID_SIZE) == 0;
        }
        wc_FreeDecodedCert(&issuer);
    }
    if (fault == X509_GOOD && !dates_good(&c))
        fault = X509_DATE;
    wc_FreeDecodedCert(&c);
    if (fault != X509_GOOD)
        return refuse(why, fault);
    *at = found;
    return ERR_OK;
}

static bool key_take(const DecodedCert *c, uint8_t key[X509_KEY])
{
    RsaKey rsa;
    word32 at = 0, exponent_size = sizeof(uint32_t), size = X509_KEY;
    uint8_t exponent[sizeof(uint32_t)] = {0};
    if (c->keyOID != RSAk || wc_InitRsaKey(&rsa, NULL) != 0)
        return false;
    const bool good = wc_RsaPublicKeyDecode(c->publicKey, &at, &rsa, c->pubKeySize) == 0 &&
                      wc_RsaFlattenPublicKey(&rsa, exponent, &exponent_size, key, &size) == 0 &&
                      size == X509_KEY && exponent_size == 3 && exponent[0] == 1 &&
                      exponent[1] == 0 && exponent[2] == 1;
    wc_FreeRsaKey(&rsa);
    return good;
}

static enum x509_fault subject_take(const struct x509_bytes *certificate, uint8_t key[X509_KEY])
{
    DecodedCert c;
    if (!certificate_parse(&c, certificate))
        return X509_MALFORMED;
    enum x509_fault fault = X509_GOOD;
    // Among the extensions, wherever: its issuer has signed all of them.
    if (c.isCA || c.extensions == NULL || c.extensionsSz <= 0 ||
        memmem(c.extensions, (size_t)c.extensionsSz, purpose, sizeof purpose) == NULL)
        fault = X509_PURPOSE;
    else if (!key_take(&c, key))
        fault = X509_UNKNOWN_KEY;
    wc_FreeDecodedCert(&c);
    return fault;
}

err_t x509_endorsement(const struct x509_bytes *certificate, const struct x509_bytes *authorities,
                       size_t count, uint8_t key[X509_KEY], enum x509_fault *why)
{
    struct x509_bytes at = *certificate;
    uint8_t taken[X509_KEY];
    bool root = false;
    for (int step = 0; !root; step++) {
        enum x509_fault fault = X509_GOOD;
        if (step == STEPS_MAX)
            return refuse(why, X509_NO_ROOT);
        if (issuer_find(&at, authorities, count, &root, &fault) != ERR_OK)
            return refuse(why, step > 0 && fault == X509_NO_ISSUER ? X509_NO_ROOT : fault);
    }
    const enum x509_fault fault = subject_take(certificate, taken);
    if (fault != X509_GOOD)
        return refuse(why, fault);
    memcpy(key, taken, sizeof taken);
    return ERR_OK;
}

err_t x509_close(const uint8_t key[static X509_KEY], const uint8_t seed[static X509_SEED],
                 const uint8_t entropy[static 64], uint8_t out[static X509_KEY])
{
    static const uint8_t exponent[] = {1, 0, 1};
    char label[] = "IDENTITY";
    RsaKey rsa;
    struct random random;
    if (random_begin(&random, entropy, 64) != ERR_OK)
        return ERR_BAD_STATE;
    // Safety: crypto/random.c keeps the library's generator first in its state.
    WC_RNG *rng = (WC_RNG *)(void *)random.state;
    int made = wc_InitRsaKey(&rsa, NULL);
    if (made == 0) {
        made = wc_RsaPublicKeyDecodeRaw(key, X509_KEY, exponent, sizeof exponent, &rsa);
        if (made == 0)
            made = wc_RsaPublicEncrypt_ex(seed, X509_SEED, out, X509_KEY, &rsa, rng,
                                          WC_RSA_OAEP_PAD, WC_HASH_TYPE_SHA256, WC_MGF1SHA256,
                                          (byte *)label, sizeof label);
        wc_FreeRsaKey(&rsa);
    }
    random_end(&random);
    return made == X509_KEY ? ERR_OK : ERR_BAD_STATE;
}

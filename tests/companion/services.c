// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/companion/services.h"
#include "gen/reader.h"
#include "gen/vault.h"
#include <string.h>

struct services services;

static const uint8_t sample_request[] = "canonical request";
static const uint8_t sample_signature[] = "signature of input zero";

void services_reset(void)
{
    static uint8_t transaction[150000], evidence[10000];
    for (size_t i = 0; i < sizeof transaction; i++)
        transaction[i] = (uint8_t)(i * 7 >> 3);
    for (size_t i = 0; i < sizeof evidence; i++)
        evidence[i] = (uint8_t)(i * 13 >> 2);
    memset(&services, 0, sizeof services);
    services.seed = 1;
    services.network = 2;
    services.fingerprint = 0x73c5da0a;
    services.xpub[0] = "vpub of purpose 84";
    services.xpub[1] = "tpub of purpose 86";
    memset(services.key, 0x5a, sizeof services.key);
    services.request = (struct services_bytes){sample_request, sizeof sample_request};
    services.previous[0] = (struct services_bytes){transaction, sizeof transaction};
    services.previous_count = 1;
    services.signatures[0].bytes =
        (struct services_bytes){sample_signature, sizeof sample_signature};
    services.signature_count = 1;
    services.evidence = (struct services_bytes){evidence, sizeof evidence};
    services.verdict = SERVICES_SIGNED;
}

static bool fault(const struct services_fault *f, uint32_t *code, uint32_t *index)
{
    *code = f->code;
    *index = f->index;
    return f->code != 0;
}

static err_t give(const struct services_bytes *bytes, uint8_t *data, size_t cap, size_t *size)
{
    if (bytes->size > cap)
        return ERR_TOO_SMALL;
    memcpy(data, bytes->data, bytes->size);
    *size = bytes->size;
    return ERR_OK;
}

err_t reader_begin(uint32_t fingerprint, uint32_t network, uint32_t size, const uint8_t nonce[32])
{
    if (services.begin.error)
        return services.begin.error;
    if (fingerprint != services.fingerprint || network != services.network)
        return ERR_BAD_ARGUMENT;
    services.announced = size;
    services.psbt_size = 0;
    memcpy(services.nonce, nonce, 32);
    return ERR_OK;
}

err_t reader_append(const uint8_t *data, size_t data_len)
{
    if (services.append.error)
        return services.append.error;
    if (data_len > services.announced - services.psbt_size)
        return ERR_TOO_LARGE;
    memcpy(services.psbt + services.psbt_size, data, data_len);
    services.psbt_size += data_len;
    return ERR_OK;
}

err_t reader_finish(uint32_t *code, uint32_t *index, uint32_t *length, uint32_t *previous)
{
    if (services.finish.error)
        return services.finish.error;
    if (services.finished)
        services.finished();
    if (fault(&services.finish, code, index))
        return ERR_OK;
    *length = (uint32_t)services.request.size;
    *previous = services.previous_count;
    return ERR_OK;
}

err_t reader_request(uint8_t *data, size_t data_cap, size_t *data_len)
{
    return give(&services.request, data, data_cap, data_len);
}

err_t reader_previous(uint32_t number, uint32_t offset, uint8_t *data, size_t data_cap,
                      size_t *data_len, uint32_t *total)
{
    const struct services_bytes *t = &services.previous[number];
    if (number >= services.previous_count || offset > t->size)
        return ERR_BAD_ARGUMENT;
    size_t size = t->size - offset;
    if (size > data_cap)
        size = data_cap;
    if (services.piece && size > services.piece)
        size = services.piece;
    memcpy(data, t->data + offset, size);
    *data_len = size;
    *total = (uint32_t)t->size;
    return ERR_OK;
}

err_t reader_end(void)
{
    return ERR_OK;
}

err_t vault_status(uint32_t *state, uint32_t *network, uint32_t *fingerprint)
{
    *state = services.seed;
    *network = services.network;
    *fingerprint = services.fingerprint;
    return ERR_OK;
}

err_t vault_account(uint32_t purpose, uint32_t account, uint8_t *xpub, size_t xpub_cap,
                    size_t *xpub_len)
{
    if (services.seed != 1)
        return ERR_BAD_STATE;
    if ((purpose != 84 && purpose != 86) || account != 0)
        return ERR_BAD_ARGUMENT;
    const char *text = services.xpub[purpose == 86];
    struct services_bytes bytes = {(const uint8_t *)text, strlen(text)};
    return give(&bytes, xpub, xpub_cap, xpub_len);
}

err_t vault_offer(const uint8_t *request, size_t request_len, uint32_t *code, uint32_t *index)
{
    if (services.offer.error)
        return services.offer.error;
    if (request_len != services.request.size ||
        memcmp(request, services.request.data, request_len) != 0)
        return ERR_BAD_DATA;
    services.offers++;
    (void)fault(&services.offer, code, index);
    return ERR_OK;
}

err_t vault_previous(uint32_t total, uint32_t offset, const uint8_t *data, size_t data_len,
                     uint32_t *code, uint32_t *index)
{
    uint32_t n = services.previous_done;
    if (n >= services.previous_count)
        return ERR_BAD_STATE;
    const struct services_bytes *t = &services.previous[n];
    if (total != t->size || offset != services.previous_seen[n] || data_len > total - offset ||
        memcmp(data, t->data + offset, data_len) != 0)
        services.previous_bad = 1;
    services.previous_seen[n] += data_len;
    if (services.previous_seen[n] == total)
        services.previous_done++;
    (void)fault(&services.give, code, index);
    return services.give.error;
}

err_t vault_ask(uint32_t *code, uint32_t *index)
{
    services.asks++;
    (void)fault(&services.ask, code, index);
    services.state = SERVICES_WAITING;
    return services.ask.error;
}

err_t vault_result(uint32_t *state, uint32_t *code, uint32_t *index, uint32_t *signatures,
                   uint32_t *evidence)
{
    if (services.result.error)
        return services.result.error;
    if (services.state == SERVICES_WAITING && services.thinking-- == 0)
        services.state = services.verdict;
    *state = services.state;
    (void)fault(&services.result, code, index);
    *signatures = services.signature_count;
    *evidence = (uint32_t)services.evidence.size;
    return ERR_OK;
}

err_t vault_signature(uint32_t number, uint8_t *data, size_t data_cap, size_t *data_len,
                      uint32_t *input)
{
    if (services.state != SERVICES_SIGNED || number >= services.signature_count)
        return ERR_NOT_FOUND;
    *input = services.signatures[number].input;
    return give(&services.signatures[number].bytes, data, data_cap, data_len);
}

err_t vault_evidence(uint8_t *data, size_t data_cap, size_t *data_len)
{
    if (services.state != SERVICES_SIGNED)
        return ERR_NOT_FOUND;
    return give(&services.evidence, data, data_cap, data_len);
}

err_t vault_cancel(void)
{
    services.cancels++;
    services.state = SERVICES_NONE;
    services.previous_done = 0;
    memset(services.previous_seen, 0, sizeof services.previous_seen);
    return ERR_OK;
}

err_t vault_device_key(uint8_t key[32])
{
    memcpy(key, services.key, 32);
    return ERR_OK;
}

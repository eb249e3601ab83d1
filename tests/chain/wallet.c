// SPDX-License-Identifier: GPL-3.0-or-later
#include "wallet.h"
#include "fake.h"

#include "gen/reader.h"
#include "gen/vault.h"

uint8_t wallet_request[REQUEST_MAX];
size_t wallet_request_size;
const uint8_t wallet_nonce[REQUEST_NONCE_SIZE] = {0xab, 0xcd};

struct wallet_outcome wallet_bring(uint32_t count)
{
    static uint8_t piece[100];
    struct wallet_outcome o = {0};
    for (uint32_t n = 0; n < count; n++) {
        uint32_t total = 1;
        for (uint32_t at = 0; at < total && !o.err && !o.code;) {
            size_t size = 0;
            o.err = reader_previous(n, at, piece, sizeof piece, &size, &total);
            if (!o.err)
                o.err = vault_previous(total, at, piece, size, &o.code, &o.index);
            at += (uint32_t)size;
        }
    }
    return o;
}

static err_t wallet_send(const uint8_t *psbt, size_t size)
{
    uint32_t state, network, fingerprint;
    err_t err = vault_status(&state, &network, &fingerprint);
    if (!err)
        err = reader_begin(fingerprint, network, (uint32_t)size, wallet_nonce);
    for (size_t at = 0; at < size && !err; at += READER_APPEND_DATA_SIZE) {
        size_t piece = size - at < READER_APPEND_DATA_SIZE ? size - at : READER_APPEND_DATA_SIZE;
        err = reader_append(psbt + at, piece);
    }
    return err;
}

struct wallet_outcome wallet_ask(const uint8_t *psbt, size_t size)
{
    if (!fake.at_once)
        fake_pause();
    struct wallet_outcome o = {.err = wallet_send(psbt, size)};
    uint32_t length, previous = 0;
    if (!o.err)
        o.err = reader_finish(&o.code, &o.index, &length, &previous);
    if (!o.err && !o.code)
        o.err = reader_request(wallet_request, sizeof wallet_request, &wallet_request_size);
    if (!o.err && !o.code)
        o.err = vault_offer(wallet_request, wallet_request_size, &o.code, &o.index);
    if (!o.err && !o.code)
        o = wallet_bring(previous);
    if (!o.err && !o.code)
        o.err = vault_ask(&o.code, &o.index);
    (void)!reader_end();
    return o;
}

struct wallet_standing wallet_result(void)
{
    struct wallet_standing s = {0};
    if (vault_result(&s.state, &s.code, &s.index, &s.signatures, &s.evidence))
        s.state = UINT32_MAX;
    return s;
}

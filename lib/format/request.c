// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/request.h"
#include "crypto/hash.h"

static const uint8_t request_magic[4] = {'C', 'R', 'Q', 1};

enum { CLAIM_NONE = 0 };

static bool path_good(const struct coin_path *path)
{
    return coin_program_size(path->kind) != 0 && path->chain <= CHAIN_CHANGE &&
           path->account < ACCOUNT_COUNT && path->index < HD_HARDENED;
}

bool request_spends_from(const struct request *request, const struct coin_path *path)
{
    for (uint32_t i = 0; i < request->input_count; i++)
        if (request->inputs[i].path.kind == path->kind &&
            request->inputs[i].path.account == path->account)
            return true;
    return false;
}

static bool change_good(const struct request *request, const struct request_output *out)
{
    const struct coin_path *path = &out->change;
    if (!path_good(path) || path->chain != CHAIN_CHANGE || path->index >= CHANGE_INDEX_COUNT ||
        !request_spends_from(request, path))
        return false;
    size_t program = coin_program_size(path->kind);
    return out->script.size == program + 2 && out->script.at[1] == program &&
           out->script.at[0] == (path->kind == COIN_P2TR ? 0x51 : 0x00);
}

static bool same_coin(const struct request_input *a, const struct request_input *b)
{
    return a->vout == b->vout && memcmp(a->txid, b->txid, TXID_SIZE) == 0;
}

static err_t inputs_check(const struct request *request, struct refusal *why)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < request->input_count; i++) {
        const struct request_input *in = &request->inputs[i];
        if (!path_good(&in->path)) // R2
            return refusal_set(why, REFUSAL_PATH, i);
        for (uint32_t k = 0; k < i; k++) // R3
            if (same_coin(in, &request->inputs[k]))
                return refusal_set(why, REFUSAL_DUPLICATE_INPUT, i);
        if (in->amount > AMOUNT_MAX || sum + in->amount > AMOUNT_MAX) // R4
            return refusal_set(why, REFUSAL_AMOUNT_RANGE, i);
        sum += in->amount;
    }
    return ERR_OK;
}

static err_t outputs_check(const struct request *request, struct refusal *why)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < request->output_count; i++) {
        const struct request_output *out = &request->outputs[i];
        if (out->amount > AMOUNT_MAX || sum + out->amount > AMOUNT_MAX) // R4
            return refusal_set(why, REFUSAL_AMOUNT_RANGE, i);
        sum += out->amount;
        if (out->script.size == 0 || out->script.size > REQUEST_SCRIPT_MAX) // R5
            return refusal_set(why, REFUSAL_SCRIPT_SIZE, i);
        if (out->is_change && !change_good(request, out)) // R6, R8
            return refusal_set(why, REFUSAL_CHANGE_PATH, i);
    }
    return ERR_OK;
}

static size_t encoded_size(const struct request *request)
{
    size_t size = sizeof(request_magic) + 1 + 4 + 4 + 4 + REQUEST_NONCE_SIZE + 2 + 2;
    for (uint32_t i = 0; i < request->input_count; i++)
        size +=
            1 + 1 + 4 + 4 + TXID_SIZE + 4 + 4 + 8 + coin_program_size(request->inputs[i].path.kind);
    for (uint32_t i = 0; i < request->output_count; i++)
        size +=
            8 + 1 + (request->outputs[i].is_change ? 8 : 0) + 2 + request->outputs[i].script.size;
    return size;
}

err_t request_check(const struct request *request, struct refusal *why)
{
    if (request->input_count == 0) // R1
        return refusal_set(why, REFUSAL_NO_INPUTS, 0);
    if (request->output_count == 0)
        return refusal_set(why, REFUSAL_NO_OUTPUTS, 0);
    if (request->input_count > REQUEST_INPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_INPUTS, 0);
    if (request->output_count > REQUEST_OUTPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_OUTPUTS, 0);
    if (request->version < 1 || request->version > 3)
        return refusal_set(why, REFUSAL_TRANSACTION_VERSION, 0);
    if (request->network < NETWORK_MAIN || request->network > NETWORK_REGTEST)
        return refusal_set(why, REFUSAL_NETWORK, 0);
    err_t err = inputs_check(request, why);
    if (err == ERR_OK)
        err = outputs_check(request, why);
    if (err != ERR_OK)
        return err;
    struct request_sums sums = request_sum(request);
    if (sums.outputs > sums.inputs) // R4
        return refusal_set(why, REFUSAL_OVERSPENT, 0);
    if (encoded_size(request) > REQUEST_MAX) // R7
        return refusal_set(why, REFUSAL_REQUEST_SIZE, 0);
    return ERR_OK;
}

static void input_write(struct writer *w, const struct request_input *in)
{
    write_u8(w, in->path.kind);
    write_u8(w, in->path.chain);
    write_u32(w, in->path.account);
    write_u32(w, in->path.index);
    write_bytes(w, in->txid, TXID_SIZE);
    write_u32(w, in->vout);
    write_u32(w, in->sequence);
    write_u64(w, in->amount);
    write_bytes(w, in->program, coin_program_size(in->path.kind));
}

static void output_write(struct writer *w, const struct request_output *out)
{
    write_u64(w, out->amount);
    write_u8(w, out->is_change ? out->change.kind : CLAIM_NONE);
    if (out->is_change) {
        write_u32(w, out->change.account);
        write_u32(w, out->change.index);
    }
    write_u16(w, (uint16_t)out->script.size);
    write_span(w, out->script);
}

err_t request_encode(const struct request *request, uint8_t *out, size_t cap, size_t *size,
                     struct refusal *why)
{
    err_t err = request_check(request, why);
    if (err != ERR_OK)
        return err;
    if (encoded_size(request) > cap)
        return ERR_TOO_SMALL;
    struct writer w = writer_of(out, cap);
    write_bytes(&w, request_magic, sizeof(request_magic));
    write_u8(&w, (uint8_t)request->network);
    write_u32(&w, request->fingerprint);
    write_u32(&w, request->version);
    write_u32(&w, request->locktime);
    write_bytes(&w, request->nonce, REQUEST_NONCE_SIZE);
    write_u16(&w, (uint16_t)request->input_count);
    write_u16(&w, (uint16_t)request->output_count);
    for (uint32_t i = 0; i < request->input_count; i++)
        input_write(&w, &request->inputs[i]);
    for (uint32_t i = 0; i < request->output_count; i++)
        output_write(&w, &request->outputs[i]);
    *size = writer_size(&w);
    return ERR_OK;
}

static void input_read(struct reader *r, struct request_input *in)
{
    *in = (struct request_input){0};
    in->path.kind = read_u8(r);
    in->path.chain = read_u8(r);
    in->path.account = read_u32(r);
    in->path.index = read_u32(r);
    read_bytes(r, in->txid, TXID_SIZE);
    in->vout = read_u32(r);
    in->sequence = read_u32(r);
    in->amount = read_u64(r);
    read_bytes(r, in->program, coin_program_size(in->path.kind));
}

static void output_read(struct reader *r, struct request_output *out)
{
    *out = (struct request_output){0};
    out->amount = read_u64(r);
    uint8_t claim = read_u8(r);
    out->is_change = claim != CLAIM_NONE;
    if (out->is_change) {
        out->change.kind = claim;
        out->change.chain = CHAIN_CHANGE;
        out->change.account = read_u32(r);
        out->change.index = read_u32(r);
    }
    out->script = read_span(r, read_u16(r));
}

static err_t request_read(struct reader *r, struct request *out, struct refusal *why)
{
    uint8_t magic[sizeof(request_magic)];
    read_bytes(r, magic, sizeof(magic));
    if (memcmp(magic, request_magic, 3) != 0)
        return refusal_set(why, REFUSAL_NOT_CANONICAL, 0);
    if (magic[3] != request_magic[3])
        return refusal_set(why, REFUSAL_REQUEST_VERSION, 0);
    out->network = read_u8(r);
    out->fingerprint = read_u32(r);
    out->version = read_u32(r);
    out->locktime = read_u32(r);
    read_bytes(r, out->nonce, REQUEST_NONCE_SIZE);
    uint32_t inputs = read_u16(r);
    uint32_t outputs = read_u16(r);
    if (inputs > REQUEST_INPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_INPUTS, 0);
    if (outputs > REQUEST_OUTPUTS_MAX)
        return refusal_set(why, REFUSAL_MANY_OUTPUTS, 0);
    for (uint32_t i = 0; i < inputs; i++)
        input_read(r, &out->inputs[i]);
    for (uint32_t i = 0; i < outputs; i++)
        output_read(r, &out->outputs[i]);
    if (r->fault != BYTES_OK || reader_left(r) != 0)
        return refusal_set(why, REFUSAL_NOT_CANONICAL, 0);
    out->input_count = inputs;
    out->output_count = outputs;
    return request_check(out, why);
}

err_t request_decode(const uint8_t *data, size_t size, struct request *out, struct refusal *why)
{
    out->input_count = 0;
    out->output_count = 0;
    if (size > REQUEST_MAX)
        return refusal_set(why, REFUSAL_REQUEST_SIZE, 0);
    struct reader r = reader_of(data, size);
    err_t err = request_read(&r, out, why);
    if (err != ERR_OK)
        out->input_count = 0;
    return err;
}

void request_hash(const uint8_t *data, size_t size, uint8_t out[static REQUEST_HASH_SIZE])
{
    hash_derive_key("cella request v1", data, size, out);
}

struct request_sums request_sum(const struct request *request)
{
    struct request_sums sums = {0};
    for (uint32_t i = 0; i < request->input_count; i++)
        sums.inputs += request->inputs[i].amount;
    for (uint32_t i = 0; i < request->output_count; i++) {
        sums.outputs += request->outputs[i].amount;
        if (request->outputs[i].is_change)
            sums.change += request->outputs[i].amount;
    }
    sums.fee = sums.inputs - sums.outputs;
    return sums;
}

static uint64_t compact_size(uint64_t n)
{
    return n < 0xfd ? 1 : n <= 0xffff ? 3 : 5;
}

uint64_t request_weight(const struct request *request)
{
    enum {
        WITNESS_P2WPKH = 1 + 1 + 72 + 1 + 33, // two items: signature, public key
        WITNESS_P2TR = 1 + 1 + 64,            // one item: signature
        MARKER_AND_FLAG = 2,
    };
    uint64_t base = 4 + compact_size(request->input_count) + 41 * (uint64_t)request->input_count +
                    compact_size(request->output_count) + 4;
    uint64_t witness = MARKER_AND_FLAG;
    for (uint32_t i = 0; i < request->input_count; i++)
        witness += request->inputs[i].path.kind == COIN_P2TR ? WITNESS_P2TR : WITNESS_P2WPKH;
    for (uint32_t i = 0; i < request->output_count; i++) {
        size_t script = request->outputs[i].script.size;
        base += 8 + compact_size(script) + script;
    }
    return 4 * base + witness;
}

uint64_t request_vsize(const struct request *request)
{
    return (request_weight(request) + 3) / 4;
}

void request_input_script(const struct request *request, uint32_t index,
                          uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size)
{
    coin_script(request->inputs[index].path.kind, request->inputs[index].program, out, size);
}

// Does input `index` stand for a previous transaction that the vault needs: P2WPKH, and the first
// such with its txid?
static bool previous_first(const struct request *request, uint32_t index)
{
    const struct request_input *in = &request->inputs[index];
    if (in->path.kind != COIN_P2WPKH)
        return false;
    for (uint32_t k = 0; k < index; k++)
        if (request->inputs[k].path.kind == COIN_P2WPKH &&
            memcmp(request->inputs[k].txid, in->txid, TXID_SIZE) == 0)
            return false;
    return true;
}

uint32_t request_previous_count(const struct request *request)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->input_count; i++)
        count += previous_first(request, i);
    return count;
}

err_t request_previous_input(const struct request *request, uint32_t n, uint32_t *index)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < request->input_count; i++)
        if (previous_first(request, i) && count++ == n) {
            *index = i;
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}

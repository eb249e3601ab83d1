// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/sighash.h"
#include "crypto/sha.h"

static void update_le(struct sha256 *sha, uint64_t v, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(v >> 8 * i);
    sha256_update(sha, bytes, size);
}

static void update_compact(struct sha256 *sha, uint64_t v)
{
    uint8_t bytes[9];
    struct writer w = writer_of(bytes, sizeof(bytes));
    write_compact(&w, v);
    sha256_update(sha, bytes, writer_size(&w));
}

static void update_prevout(struct sha256 *sha, const struct request_input *in)
{
    sha256_update(sha, in->txid, TXID_SIZE);
    update_le(sha, in->vout, 4);
}

static void update_script(struct sha256 *sha, const struct request *request, uint32_t index)
{
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    request_input_script(request, index, script, &size);
    update_compact(sha, size);
    sha256_update(sha, script, size);
}

void sighash_share(const struct request *request, struct sighash_shared *out)
{
    struct sha256 prevouts, amounts, scripts, sequences, outputs;
    sha256_init(&prevouts);
    sha256_init(&amounts);
    sha256_init(&scripts);
    sha256_init(&sequences);
    sha256_init(&outputs);
    for (uint32_t i = 0; i < request->input_count; i++) {
        const struct request_input *in = &request->inputs[i];
        update_prevout(&prevouts, in);
        update_le(&amounts, in->amount, 8);
        update_script(&scripts, request, i);
        update_le(&sequences, in->sequence, 4);
    }
    for (uint32_t i = 0; i < request->output_count; i++) {
        const struct request_output *o = &request->outputs[i];
        update_le(&outputs, o->amount, 8);
        update_compact(&outputs, o->script.size);
        sha256_update(&outputs, o->script.at, o->script.size);
    }
    sha256_final(&prevouts, out->prevouts);
    sha256_final(&amounts, out->amounts);
    sha256_final(&scripts, out->scripts);
    sha256_final(&sequences, out->sequences);
    sha256_final(&outputs, out->outputs);
}

static void update_doubled(struct sha256 *sha, const uint8_t single[static 32])
{
    uint8_t twice[32];
    sha256(single, 32, twice);
    sha256_update(sha, twice, 32);
}

// BIP-143: double SHA-256 of the ten items.
static void sighash_v0(const struct request *request, const struct sighash_shared *shared,
                       uint32_t index, uint8_t out[static SIGHASH_SIZE])
{
    // scriptCode of P2WPKH: DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG, with its length.
    static const uint8_t code_head[] = {0x19, 0x76, 0xa9, 0x14};
    static const uint8_t code_tail[] = {0x88, 0xac};
    const struct request_input *in = &request->inputs[index];
    struct sha256 sha;
    sha256_init(&sha);
    update_le(&sha, request->version, 4);
    update_doubled(&sha, shared->prevouts);
    update_doubled(&sha, shared->sequences);
    update_prevout(&sha, in);
    sha256_update(&sha, code_head, sizeof(code_head));
    sha256_update(&sha, in->program, HASH160_SIZE);
    sha256_update(&sha, code_tail, sizeof(code_tail));
    update_le(&sha, in->amount, 8);
    update_le(&sha, in->sequence, 4);
    update_doubled(&sha, shared->outputs);
    update_le(&sha, request->locktime, 4);
    update_le(&sha, SIGHASH_ALL, 4);
    sha256_final(&sha, out);
    sha256(out, SIGHASH_SIZE, out);
}

// BIP-341, "common signature message", key path, no annex.
static void sighash_v1(const struct request *request, const struct sighash_shared *shared,
                       uint32_t index, uint8_t out[static SIGHASH_SIZE])
{
    enum { EPOCH = 0, SPEND_TYPE = 0 };
    struct sha256 sha;
    sha256_tagged_init(&sha, "TapSighash");
    update_le(&sha, EPOCH, 1);
    update_le(&sha, SIGHASH_DEFAULT, 1);
    update_le(&sha, request->version, 4);
    update_le(&sha, request->locktime, 4);
    sha256_update(&sha, shared->prevouts, 32);
    sha256_update(&sha, shared->amounts, 32);
    sha256_update(&sha, shared->scripts, 32);
    sha256_update(&sha, shared->sequences, 32);
    sha256_update(&sha, shared->outputs, 32);
    update_le(&sha, SPEND_TYPE, 1);
    update_le(&sha, index, 4);
    sha256_final(&sha, out);
}

void sighash_input(const struct request *request, const struct sighash_shared *shared,
                   uint32_t index, uint8_t out[static SIGHASH_SIZE])
{
    if (request->inputs[index].path.kind == COIN_P2TR)
        sighash_v1(request, shared, index, out);
    else
        sighash_v0(request, shared, index, out);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a canonical request: what is taken is encoded to the same bytes, its sums hold, and
// its text is printable lines.
#include "format/review.h"
#include "format/sighash.h"
#include "seeds.h"

static struct vectors vectors;
static struct psbt psbt;
static struct request request;
static uint8_t encoded[REQUEST_MAX];
static char text[REVIEW_MAX];

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static uint8_t bytes[1 << 16];
    static const uint8_t nonce[REQUEST_NONCE_SIZE] = {1};
    struct refusal why;
    if (!seed_line(number, &vectors))
        return 0;
    size_t size = vector_hex(vectors.fields[SEED_PSBT], bytes, sizeof(bytes));
    uint32_t network = (uint32_t)strtoul(vectors.fields[SEED_NETWORK], NULL, 10);
    uint32_t fingerprint = seed_fingerprint(vectors.fields[SEED_APP]);
    require(psbt_parse(bytes, size, &psbt, &why) == ERR_OK);
    require(psbt_to_request(&psbt, fingerprint, network, nonce, &request, &why) == ERR_OK);
    require(request_encode(&request, out, max, &size, &why) == ERR_OK);
    return size;
}

static void text_check(size_t size)
{
    size_t column = 0;
    for (size_t i = 0; i < size; i++) {
        require(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
        column = text[i] == '\n' ? 0 : column + 1;
        require(column <= REVIEW_COLUMNS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct review_context context = {"device", "app", "publisher", 1};
    struct refusal why = {0};
    struct sighash_shared shared;
    uint8_t digest[SIGHASH_SIZE];
    size_t length;
    err_t err = request_decode(data, size, &request, &why);
    require(err == ERR_OK || (err == ERR_REFUSED && refusal_name(why.code) != NULL));
    if (err != ERR_OK)
        return 0;
    require(request_encode(&request, encoded, sizeof(encoded), &length, &why) == ERR_OK);
    require(length == size && memcmp(encoded, data, size) == 0);
    struct request_sums sums = request_sum(&request);
    require(sums.inputs <= AMOUNT_MAX && sums.outputs + sums.fee == sums.inputs);
    require(sums.change <= sums.outputs);
    sighash_share(&request, &shared);
    for (uint32_t i = 0; i < request.input_count; i++)
        sighash_input(&request, &shared, i, digest);
    err = review_render(&request, &context, text, sizeof(text), &length, &why);
    require(err == ERR_OK || (err == ERR_REFUSED && why.code == REFUSAL_TEXT_SIZE));
    if (err == ERR_OK)
        text_check(length);
    return 0;
}

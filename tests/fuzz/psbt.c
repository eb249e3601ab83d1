// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a PSBT: the parser keeps its bounds and says why it refuses; what it takes can be
// written again unchanged, and what becomes a request can be encoded, decoded and shown.
#include "format/psbt_write.h"
#include "format/review.h"
#include "seeds.h"

static struct vectors vectors;
static struct psbt psbt;
static struct request request, back;
static uint8_t encoded[REQUEST_MAX];
static char text[REVIEW_MAX];

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    return seed_line(number, &vectors) ? vector_hex(vectors.fields[SEED_PSBT], out, max) : 0;
}

static void request_use(void)
{
    static const struct review_context context = {"device", "app", "publisher", 1};
    struct refusal why = {0};
    struct span parts[3];
    size_t size;
    require(request_encode(&request, encoded, sizeof(encoded), &size, &why) == ERR_OK);
    require(request_decode(encoded, size, &back, &why) == ERR_OK);
    require(back.input_count == request.input_count);
    err_t err = review_render(&back, &context, text, sizeof(text), &size, &why);
    require(err == ERR_OK || (err == ERR_REFUSED && why.code == REFUSAL_TEXT_SIZE));
    for (uint32_t n = 0; n < request_previous_count(&request); n++)
        require(psbt_previous(&psbt, &request, n, parts) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[PSBT_MAX];
    static const uint8_t nonce[REQUEST_NONCE_SIZE];
    static uint32_t fingerprint;
    struct refusal why = {0};
    size_t again_size;
    if (fingerprint == 0 && seed_line(0, &vectors))
        fingerprint = seed_fingerprint(vectors.fields[SEED_APP]);
    err_t err = psbt_parse(data, size, &psbt, &why);
    require(err == ERR_OK || (err == ERR_REFUSED && refusal_name(why.code) != NULL));
    if (err != ERR_OK)
        return 0;
    require(psbt_merge(&psbt, NULL, 0, again, sizeof(again), &again_size) == ERR_OK);
    require(again_size == size && memcmp(again, data, size) == 0);
    for (uint32_t network = NETWORK_MAIN; network <= NETWORK_TEST; network++) {
        why.code = REFUSAL_NONE;
        err = psbt_to_request(&psbt, fingerprint, network, nonce, &request, &why);
        require(err == ERR_OK || (err == ERR_REFUSED && refusal_name(why.code) != NULL));
        if (err == ERR_OK)
            request_use();
    }
    return 0;
}

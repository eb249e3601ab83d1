// SPDX-License-Identifier: GPL-3.0-or-later
// Any answers of a TPM, and any sealed blob, to everything that attest asks: it ends, keeps its
// bounds, and what it takes has the sizes that it promises. An input is a byte that says what is
// done, then chunks, two bytes of length before each: the answers in their order, and the blob in
// its place. When they are used up, the TPM is silent. Its proofs are trusted, or not, by their
// first byte.
#include "attest/attest.h"
#include "os/random.h"
#include "tests/fuzz/images.h"

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MEASURED = 1,
    QUOTE = 2,
    SEAL = 4,
    OPEN = 8,
    EXTEND = 16,
    ENDORSE = 32,
    HEAD = 10,
    CHUNKS_MAX = 160
};

static const uint8_t *left;
static size_t left_size;

static void require(int cond)
{
    if (!cond)
        abort();
}

uint64_t random_word(void)
{
    return 0x0123456789abcdef;
}

err_t secret_draw(uint8_t out[32])
{
    memset(out, 0x23, 32);
    return ERR_OK;
}

// Whether the TPM proved that it knows the session's key: yes, if its proof begins with an even
// byte.
bool __wrap_equal_ct(const void *a, const void *b, size_t size);
bool __wrap_equal_ct(const void *a, const void *b, size_t size)
{
    const uint8_t *wanted = a, *got = b;
    volatile uint8_t last = (uint8_t)(wanted[size - 1] ^ got[size - 1]);
    (void)last;
    return got[0] % 2 == 0;
}

static size_t chunk_next(const uint8_t **at)
{
    if (left_size < 2)
        return 0;
    const size_t wanted = (size_t)(left[0] | left[1] << 8), most = left_size - 2;
    const size_t size = wanted < most ? wanted : most;
    *at = left + 2;
    left += 2 + size;
    left_size -= 2 + size;
    return size;
}

static err_t transmit(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                      size_t *length)
{
    const uint8_t *at = NULL;
    require(size >= HEAD && (size_t)(command[4] << 8 | command[5]) == size);
    size_t got = chunk_next(&at);
    if (at == NULL)
        return ERR_DEVICE;
    got = got < cap ? got : cap;
    memcpy(response, at, got);
    *length = got;
    return ERR_OK;
}

// A TPM that has nothing left in it, then is silent; what a real one said is in the corpus.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const uint8_t refused[] = {12, 0, 0x80, 1, 0, 0, 0, 10, 0, 0, 1, 0xcb};
    enum { LEFT = 12 };
    if (number > 1 || max < 1 + LEFT * sizeof refused)
        return 0;
    out[0] = number == 0 ? MEASURED | QUOTE | SEAL | EXTEND : MEASURED | OPEN;
    for (size_t i = 0; i < LEFT; i++) {
        memcpy(out + 1 + i * sizeof refused, refused, sizeof refused);
        out[1 + i * sizeof refused] = HEAD;
    }
    return 1 + LEFT * sizeof refused;
}

// ---- the mutator: chunk by chunk, with lengths and headers that are right again

struct chunk {
    size_t at, size;
};

static size_t chunks_find(const uint8_t *data, size_t size, struct chunk chunks[CHUNKS_MAX])
{
    size_t count = 0;
    left = data + 1;
    left_size = size - 1;
    while (left_size >= 2 && count < CHUNKS_MAX) {
        const uint8_t *at = NULL;
        chunks[count].size = chunk_next(&at);
        chunks[count++].at = (size_t)(at - data);
    }
    return count;
}

static void lengths_mend(uint8_t *chunk, size_t size)
{
    chunk[0] = (uint8_t)size;
    chunk[1] = (uint8_t)(size >> 8);
    if (size < HEAD)
        return;
    chunk[4] = chunk[5] = 0;
    chunk[6] = (uint8_t)(size >> 8);
    chunk[7] = (uint8_t)size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    enum { GROWS = 64, ROOM = 8192 };
    static struct chunk chunks[CHUNKS_MAX];
    static uint8_t room[ROOM];
    struct chance c = {seed};
    const size_t count = size > 1 ? chunks_find(data, size, chunks) : 0;
    if (count == 0 || chance_below(&c, 8) == 0)
        return LLVMFuzzerMutate(data, size, max);
    if (chance_below(&c, 16) == 0)
        data[0] = (uint8_t)chance_below(&c, 64);
    const struct chunk *k = &chunks[chance_below(&c, count)];
    const size_t behind = size - k->at - k->size;
    if (k->size + GROWS > ROOM || size + GROWS > max || k->size == 0)
        return LLVMFuzzerMutate(data, size, max);
    memcpy(room, data + k->at, k->size);
    size_t now = k->size;
    if (chance_below(&c, 2) == 0)
        number_change(&c, room, now > HEAD ? HEAD : 0, now);
    else
        now = LLVMFuzzerMutate(room, now, now + GROWS);
    memmove(data + k->at + now, data + k->at + k->size, behind);
    memcpy(data + k->at, room, now);
    lengths_mend(data + k->at - 2, now);
    return k->at + now + behind;
}

// ---- what must hold

static void blob_open(struct attest *a, const uint8_t auth[ATTEST_HALF])
{
    const uint8_t *at = NULL;
    uint8_t half[ATTEST_HALF];
    const size_t size = chunk_next(&at);
    uint8_t *blob = malloc(size + (size == 0)); // exactly: the sanitizer sees overreads
    require(blob != NULL);
    if (size != 0)
        memcpy(blob, at, size);
    require(seal_open(a, blob, size, auth, half) < ERR_COUNT);
    free(blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t half[ATTEST_HALF] = {1}, auth[ATTEST_HALF] = {2}, nonce[QUOTE_NONCE] = {3};
    struct image_facts image = {.rollback_index = 2};
    struct attest a = {.tpm = ATTEST_NONE};
    uint8_t blob[ATTEST_BLOB_MAX], quote[QUOTE_MAX];
    const char *why = NULL;
    size_t length = 0;
    const uint8_t how = size > 0 ? data[0] : 0;
    left = data + (size > 0);
    left_size = size - (size > 0);
    image.measured = (how & MEASURED) != 0;
    attest_begin(&a, &image, transmit, &why);
    require(a.tpm == ATTEST_WORKS ? a.sealing || why != NULL : why != NULL);
    if (a.tpm != ATTEST_WORKS)
        return 0;
    a.bound = true;
    if ((how & EXTEND) != 0)
        require(pcr_extend(13, half) < ERR_COUNT);
    if ((how & QUOTE) != 0 && quote_make(&a, nonce, quote, sizeof quote, &length) == ERR_OK) {
        struct quote q;
        enum quote_refusal refusal;
        require(length <= sizeof quote && quote_parse(quote, length, &q, &refusal) < ERR_COUNT);
    }
    if ((how & SEAL) != 0 && seal_make(&a, half, auth, blob, sizeof blob, &length) == ERR_OK)
        require(length <= sizeof blob);
    if ((how & ENDORSE) != 0) {
        static const uint8_t question[CREDENTIAL_QUESTION] = {4};
        uint8_t shown[2048], secret[CREDENTIAL_SECRET];
        require(endorse_show(shown, sizeof shown, &length) != ERR_OK || length <= sizeof shown);
        require(endorse_open(question, secret) < ERR_COUNT);
    }
    if ((how & OPEN) != 0)
        blob_open(&a, auth);
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Every bad PSBT of tests/vectors/hostile.txt gets its own refusal, from the reader or from the
// vault; and every code of the table has a sentence that says what to do.
#include "format/psbt_request.h"
#include "format/spend.h"
#include "vectors_test.h"

static struct vectors vectors;
static struct psbt psbt;
static struct request request;
static uint8_t bytes[PSBT_MAX + 1];
static bool code_seen[256];
static struct hd_key master;

static err_t reader_run(size_t size, struct refusal *why)
{
    static const uint8_t nonce[32];
    err_t err = psbt_parse(bytes, size, &psbt, why);
    if (err == ERR_OK)
        err = psbt_to_request(&psbt, hd_fingerprint(&master), NETWORK_TEST, nonce, &request, why);
    return err;
}

static void load_master(void)
{
    uint8_t seed[64];
    vectors_open(&vectors, "tests/vectors/signed.txt");
    CHECK(vectors_next(&vectors));
    fclose(vectors.file);
    size_t size = vector_hex(vectors.fields[2], seed, sizeof(seed));
    CHECK_EQ(hd_master(vector_secp(), seed, size, &master), ERR_OK);
}

static void test_fixtures(void)
{
    vectors_open(&vectors, "tests/vectors/hostile.txt");
    while (vectors_next(&vectors)) {
        struct refusal why = {0};
        size_t size = vector_hex(vectors.fields[4], bytes, sizeof(bytes));
        bool by_vault = strcmp(vectors.fields[1], "vault") == 0;
        err_t err = reader_run(size, &why);
        if (by_vault) {
            CHECK_EQ(err, ERR_OK);
            err = spend_check_keys(vector_secp(), &master, &request, &why);
        }
        const char *name = refusal_name(why.code);
        bool good = err == ERR_REFUSED && name != NULL && strcmp(name, vectors.fields[2]) == 0 &&
                    why.index == strtoul(vectors.fields[3], NULL, 10);
        if (!CHECK(good))
            fprintf(stderr, "    %s: refused as %s, index %u\n", vectors.fields[0],
                    name == NULL ? "nothing" : name, (unsigned)why.index);
        code_seen[why.code & 0xff] = true;
    }
}

static void test_oversized(void)
{
    struct refusal why = {0};
    CHECK_EQ(psbt_parse(bytes, sizeof(bytes), &psbt, &why), ERR_REFUSED);
    CHECK_EQ(why.code, REFUSAL_OVERSIZED);
    code_seen[why.code] = true;
}

// A prefix of a PSBT is never a PSBT.
static void test_every_prefix(void)
{
    vectors_open(&vectors, "tests/vectors/signed.txt");
    CHECK(vectors_next(&vectors));
    fclose(vectors.file);
    size_t size = vector_hex(vectors.fields[3], bytes, sizeof(bytes));
    for (size_t cut = 0; cut < size; cut++) {
        struct refusal why = {0};
        uint8_t *exact = malloc(cut + 1); // so that the sanitizer sees a read beyond the end
        memcpy(exact, bytes, cut);
        CHECK_EQ(psbt_parse(exact, cut, &psbt, &why), ERR_REFUSED);
        CHECK_EQ(why.code, REFUSAL_TRUNCATED);
        free(exact);
    }
}

// Codes that a PSBT can cause (below 70, see the table), but for those other tests cover:
// PIECE_ORDER and PREVIOUS_ORDER and PREVIOUS_UNKNOWN belong to the cells, REQUEST_SIZE, TEXT_SIZE,
// CHANGE_PATH and FINGERPRINT to request_test, review_test and spend_test.
static void test_every_code(void)
{
    static const uint32_t elsewhere[] = {
        REFUSAL_PIECE_ORDER, REFUSAL_PREVIOUS_ORDER, REFUSAL_PREVIOUS_UNKNOWN, REFUSAL_REQUEST_SIZE,
        REFUSAL_TEXT_SIZE,   REFUSAL_CHANGE_PATH,    REFUSAL_FINGERPRINT};
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
        code_seen[elsewhere[i]] = true;
    for (uint32_t code = 1; code < REFUSAL_NOT_CANONICAL; code++)
        if (refusal_name(code) != NULL && !CHECK(code_seen[code]))
            fprintf(stderr, "    no fixture for %s\n", refusal_name(code));
}

static void test_sentences(void)
{
    char text[REFUSAL_TEXT_MAX];
    for (uint32_t code = 1; code < 256; code++) {
        const char *sentence = refusal_sentence(code);
        if (sentence == NULL)
            continue;
        CHECK(strstr(sentence, " - ") != NULL); // what is wrong - what to do
        CHECK(sentence[strlen(sentence) - 1] == '.');
        CHECK(strlen(sentence) + 10 < REFUSAL_TEXT_MAX);
        for (uint32_t other = 1; other < code; other++)
            CHECK(refusal_sentence(other) == NULL || strcmp(refusal_sentence(other), sentence));
    }
    refusal_print((struct refusal){REFUSAL_NOT_OURS, 1}, text);
    CHECK(strncmp(text, "Input 2 belongs to a key of somebody else", 41) == 0);
    refusal_print((struct refusal){REFUSAL_MAGIC, 0}, text);
    CHECK(strcmp(text, refusal_sentence(REFUSAL_MAGIC)) == 0);
    refusal_print((struct refusal){9999, 0}, text);
    CHECK(strstr(text, "9999") != NULL);
}

int main(void)
{
    load_master();
    test_fixtures();
    test_oversized();
    test_every_prefix();
    test_every_code();
    test_sentences();
    return unit_done();
}

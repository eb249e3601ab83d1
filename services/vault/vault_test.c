// SPDX-License-Identifier: GPL-3.0-or-later
// The vault's states from every side: what is refused, who may do what when, and that nothing is
// signed otherwise. Numbers in comments are the invariants of vault.h.
#include "crypto/sha.h"
#include "gen/reader.h"
#include "vault/vault_sample.h"

#define SECOND 1000000000u

static void test_without_seed(void)
{
    uint32_t state = 9, network = 9, fingerprint = 9, position = 9;
    size_t size = 0;
    fake.entropy_broken = true;
    CHECK_EQ(vault_device_key(buffer), ERR_BAD_STATE);
    CHECK_EQ(vault_restore((const uint8_t *)PAYMENT_WORDS, strlen(PAYMENT_WORDS), NETWORK_TEST,
                           &position),
             ERR_BAD_STATE);
    CHECK_EQ(vault_create(buffer, VAULT_CREATE_WORDS_SIZE, &size), ERR_BAD_STATE);
    fake.entropy_broken = false;
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    CHECK(state == 0 && network == 0 && fingerprint == 0);
    CHECK_EQ(vault_account(84, 0, buffer, 128, &size), ERR_BAD_STATE);
    CHECK(is(offer(good.request, good.size), ERR_BAD_STATE, 0));
    CHECK(is(ask(), ERR_BAD_STATE, 0));
    CHECK_EQ(standing().state, RESULT_NONE);
}

static err_t restore(const char *words, uint32_t network, uint32_t *position)
{
    return vault_restore((const uint8_t *)words, strlen(words), network, position);
}

static void test_words(void)
{
    uint32_t position = 0, state = 0, network = 0, fingerprint = 0;
    uint8_t words[VAULT_CREATE_WORDS_SIZE];
    size_t size = 0;
    CHECK_EQ(restore("abandon abandon zebro", NETWORK_TEST, &position), ERR_OK);
    CHECK_EQ(position, 3);
    CHECK_EQ(restore("abandon abandon about", NETWORK_TEST, &position), ERR_BAD_DATA);
    CHECK_EQ(
        restore("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
                "abandon abandon",
                NETWORK_TEST, &position),
        ERR_BAD_DATA);
    CHECK_EQ(restore("", NETWORK_TEST, &position), ERR_BAD_DATA);
    CHECK_EQ(restore(PAYMENT_WORDS, NETWORK_REGTEST, &position), ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    CHECK_EQ(state, 0);
    CHECK_EQ(vault_create(words, 20, &size), ERR_TOO_SMALL);
    CHECK_EQ(vault_create(words, sizeof words, &size), ERR_OK);
    unsigned blanks = 0;
    for (size_t i = 0; i < size; i++)
        blanks += words[i] == ' ';
    CHECK_EQ(blanks, 23);
    CHECK_EQ(restore(PAYMENT_WORDS, NETWORK_TEST, &position), ERR_OK);
    CHECK_EQ(position, 0);
    CHECK_EQ(restore(PAYMENT_WORDS, NETWORK_TEST, &position), ERR_BAD_STATE);
    CHECK_EQ(vault_create(words, sizeof words, &size), ERR_BAD_STATE);
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    CHECK(state == 1 && network == NETWORK_TEST);
    CHECK_EQ(fingerprint, payment_fingerprint());
}

static void test_accounts(void)
{
    uint8_t first[128], second[128];
    size_t size = 0;
    struct hd_key key;
    uint32_t network = 0, state, fingerprint = 0;
    char text[HD_TEXT_MAX] = {0};
    CHECK_EQ(vault_account(84, 0, first, sizeof first, &size), ERR_OK);
    memcpy(text, first, size);
    CHECK_EQ(hd_public_parse(text, &key, &network), ERR_OK);
    CHECK(network == NETWORK_TEST && key.depth == 3 && !key.is_private);
    CHECK_EQ(vault_account(86, 0, second, sizeof second, &size), ERR_OK);
    CHECK(memcmp(first, second, 111) != 0);
    CHECK_EQ(vault_account(84, 1, second, sizeof second, &size), ERR_OK);
    CHECK(memcmp(first, second, 111) != 0);
    CHECK_EQ(vault_account(84, ACCOUNT_COUNT, second, sizeof second, &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_account(44, 0, second, sizeof second, &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_account(84, 0, second, 20, &size), ERR_TOO_SMALL);
    fake.self = FAKE_OTHER; // the same app id, of another publisher: other keys
    CHECK_EQ(vault_account(84, 0, second, sizeof second, &size), ERR_OK);
    CHECK(memcmp(first, second, 111) != 0);
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    CHECK(fingerprint != payment_fingerprint());
    fake.self = FAKE_WALLET;
}

// Requests that no reader made.
static void test_bad_requests(void)
{
    static struct offering bad;
    static struct request request;
    struct refusal why;
    CHECK(is(offer(good.request, 0), ERR_OK, REFUSAL_NOT_CANONICAL));
    CHECK_EQ(standing().state, RESULT_REFUSED);
    CHECK_EQ(standing().code, REFUSAL_NOT_CANONICAL);
    CHECK(is(offer(good.request, good.size - 1), ERR_OK, REFUSAL_NOT_CANONICAL));
    bad = good;
    bad.request[4] = NETWORK_MAIN;
    CHECK(is(offer(bad.request, bad.size), ERR_OK, REFUSAL_NETWORK));
    bad = good;
    bad.request[5] ^= 1;
    CHECK(is(offer(bad.request, bad.size), ERR_OK, REFUSAL_FINGERPRINT));
    // A lie about whose coin or whose change it is: keys are derived here, not believed.
    CHECK_EQ(request_decode(good.request, good.size, &request, &why), ERR_OK);
    request.inputs[1].path.index++;
    CHECK_EQ(request_encode(&request, bad.request, sizeof bad.request, &bad.size, &why), ERR_OK);
    struct verdict v = offer(bad.request, bad.size);
    CHECK(is(v, ERR_OK, REFUSAL_KEY_MISMATCH));
    CHECK_EQ(v.index, 1);
    request.inputs[1].path.index--;
    request.outputs[1].change.index++;
    CHECK_EQ(request_encode(&request, bad.request, sizeof bad.request, &bad.size, &why), ERR_OK);
    CHECK(is(offer(bad.request, bad.size), ERR_OK, REFUSAL_CHANGE_MISMATCH));
    fake.self = FAKE_OTHER; // somebody else's wallet
    CHECK(is(offer(good.request, good.size), ERR_OK, REFUSAL_FINGERPRINT));
    fake.self = FAKE_WALLET;
    CHECK(is(ask(), ERR_BAD_STATE, 0)); // a refused request is gone
    CHECK(nothing_signed());
}

// Every bit of a good request matters: nothing but the very request gets signatures for these
// coins.
static void test_request_bits(void)
{
    static struct offering bad;
    struct seen seen;
    uint8_t hash[32];
    unsigned asked = 0;
    request_hash(good.request, good.size, hash);
    for (size_t bit = 0; bit < good.size * 8; bit++) {
        bad = good;
        bad.request[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct verdict v = offer(bad.request, bad.size);
        CHECK_EQ(v.err, ERR_OK);
        if (v.code == 0)
            v = previous(bad.previous_size, 0, bad.previous, bad.previous_size);
        if (v.err == ERR_OK && v.code == 0)
            v = ask();
        if (v.code == 0) {
            asked++; // the person is shown the altered request, under another hash
            CHECK_EQ(look(&seen), ERR_OK);
            CHECK(memcmp(seen.hash, hash, sizeof hash) != 0);
            CHECK_EQ(vault_cancel(), ERR_OK);
        }
    }
    CHECK(asked > 0);
}

static void test_previous(void)
{
    static uint8_t changed[PAYMENT_MAX];
    uint32_t total = good.previous_size;
    CHECK(is(previous(total, 0, good.previous, total), ERR_BAD_STATE, 0));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, REFUSAL_PREVIOUS_MISSING)); // V2
    CHECK(is(previous(total, 0, good.previous, total), ERR_BAD_STATE, 0));
    // Pieces out of order, twice, too long, of another total, empty.
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 10, good.previous + 10, 10), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK_EQ(standing().code, REFUSAL_PREVIOUS_ORDER);
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 10), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 10), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 10), ERR_OK, 0));
    CHECK(is(previous(total, 20, good.previous + 20, 10), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, total + 1), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 10), ERR_OK, 0));
    CHECK(is(previous(total + 1, 10, good.previous + 10, 10), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 0), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(0, 0, good.previous, 0), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, UINT32_MAX, good.previous, 10), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    // Half of it, and then the question.
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, 10), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, REFUSAL_PREVIOUS_ORDER));
    // Content.
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(VAULT_PREVIOUS_MAX + 1, 0, good.previous, 10), ERR_TOO_LARGE, 0));
    CHECK(is(previous(4, 0, good.previous, 4), ERR_OK, REFUSAL_PREVIOUS_BAD));
    for (size_t bit = 0; bit < total * 8u; bit++) {
        memcpy(changed, good.previous, total);
        changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(is(offer(good.request, good.size), ERR_OK, 0));
        struct verdict v = previous(total, 0, changed, total);
        CHECK(v.err == ERR_OK &&
              (v.code == REFUSAL_PREVIOUS_BAD || v.code == REFUSAL_PREVIOUS_UNKNOWN));
    }
    // Twice the right one is no harm; byte by byte neither.
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(total, 0, good.previous, total), ERR_OK, 0));
    for (uint32_t at = 0; at < total; at++)
        CHECK(is(previous(total, at, good.previous + at, 1), ERR_OK, 0));
    fake_pause();
    CHECK(is(ask(), ERR_OK, 0));
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK(nothing_signed());
}

static void test_approve(void)
{
    struct seen seen, other;
    uint8_t zero[32] = {0};
    size_t size = 0;
    uint32_t input = 0;
    fake.self = FAKE_WALLET;
    CHECK_EQ(look(&seen), ERR_NOT_FOUND);
    CHECK_EQ(vault_approve(zero, 0), ERR_NOT_FOUND);
    ask_good();
    // Not fetched yet: whoever guesses hash and number has shown nobody anything (V4).
    request_hash(good.request, good.size, seen.hash);
    for (uint32_t n = 0; n < VAULT_NUMBERS; n += 1111)
        CHECK_EQ(vault_approve(seen.hash, n), ERR_NOT_FOUND);
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK(seen.number < VAULT_NUMBERS);
    CHECK_MEM(seen.app, "wallet\0", 7);
    CHECK_EQ(seen.size, good.size);
    CHECK_MEM(buffer, good.request, good.size);
    CHECK_EQ(look(&other), ERR_OK); // a prompt that starts again sees the same, but for the number
    CHECK(other.number < VAULT_NUMBERS && other.number != seen.number); // V9
    seen.number = other.number;
    CHECK_MEM(&seen, &other, sizeof seen);
    CHECK_EQ(vault_approve(zero, seen.number), ERR_NOT_FOUND); // another hash
    CHECK_EQ(standing().state, RESULT_WAITING);
    CHECK(nothing_signed());
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND); // once
    CHECK_EQ(vault_reject(seen.hash, REFUSAL_PERSON_SAID_NO), ERR_NOT_FOUND);
    CHECK_EQ(standing().state, RESULT_SIGNED);
    CHECK_EQ(standing().signatures, 2);
    fake.self = FAKE_OTHER;                     // V6
    CHECK_EQ(standing().state, RESULT_REFUSED); // its own, from before
    CHECK_EQ(standing().signatures, 0);
    CHECK(nothing_signed());
    CHECK_EQ(vault_cancel(), ERR_OK);
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_signature(1, buffer, VAULT_SIGNATURE_DATA_SIZE, &size, &input), ERR_OK);
    CHECK(size == 64 && input == 1);
    CHECK_EQ(vault_signature(0, buffer, VAULT_SIGNATURE_DATA_SIZE, &size, &input), ERR_OK);
    CHECK(size > 64 && input == 0 && buffer[size - 1] == 1);
    CHECK_EQ(vault_signature(0, buffer, 60, &size, &input), ERR_TOO_SMALL);
    CHECK_EQ(vault_signature(2, buffer, VAULT_SIGNATURE_DATA_SIZE, &size, &input), ERR_NOT_FOUND);
    CHECK_EQ(vault_evidence(buffer, 100, &size), ERR_TOO_SMALL);
    CHECK_EQ(vault_evidence(buffer, sizeof buffer, &size), ERR_OK);
    CHECK_EQ(size, standing().evidence);
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK(nothing_signed());
}

// What was typed for a prompt that died is no answer to what the next one shows (V9).
static void test_shown_again(void)
{
    struct seen seen, again;
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(look(&again), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_REFUSED);
    CHECK_EQ(standing().code, REFUSAL_WRONG_NUMBER);
    CHECK_EQ(vault_approve(again.hash, again.number), ERR_NOT_FOUND);
    CHECK(nothing_signed());
    // Without randomness for another number it cannot be shown again, and is refused.
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.entropy_broken = true;
    CHECK_EQ(look(&again), ERR_BAD_STATE);
    fake.entropy_broken = false;
    CHECK_EQ(standing().state, RESULT_REFUSED);
    CHECK_EQ(standing().code, REFUSAL_UNAVAILABLE);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND);
    CHECK(nothing_signed());
}

// A wrong number ends it, and no second guess is possible.
static void test_wrong_number(void)
{
    struct seen seen;
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, (seen.number + 1) % VAULT_NUMBERS), ERR_REFUSED);
    CHECK_EQ(standing().state, RESULT_REFUSED);
    CHECK_EQ(standing().code, REFUSAL_WRONG_NUMBER);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND);
    CHECK(nothing_signed());
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, seen.number | 0x80000000u), ERR_REFUSED);
    // The same request again: another number belongs to it, and it was not fetched yet.
    ask_good();
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND);
    CHECK_EQ(vault_cancel(), ERR_OK);
}

static void test_reject(void)
{
    struct seen seen;
    static const uint32_t codes[] = {REFUSAL_PERSON_SAID_NO, REFUSAL_PERSON_TIMED_OUT,
                                     REFUSAL_UNAVAILABLE};
    for (size_t i = 0; i < 3; i++) {
        ask_good();
        CHECK_EQ(look(&seen), ERR_OK);
        CHECK_EQ(vault_reject(seen.hash, REFUSAL_AMOUNT_RANGE), ERR_BAD_ARGUMENT);
        seen.hash[31] ^= 1;
        CHECK_EQ(vault_reject(seen.hash, codes[i]), ERR_NOT_FOUND);
        seen.hash[31] ^= 1;
        CHECK_EQ(vault_reject(seen.hash, codes[i]), ERR_OK);
        CHECK_EQ(standing().code, codes[i]);
        CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND);
        CHECK(nothing_signed());
    }
}

// Cancel in every state, and what others can do meanwhile (V1, V6).
static void test_cancel_and_others(void)
{
    struct seen seen;
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK_EQ(standing().state, RESULT_NONE);
    CHECK(is(offer(good.request, good.size), ERR_OK, 0)); // OPEN
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK(is(ask(), ERR_BAD_STATE, 0));
    CHECK(is(offer(good.request, good.size), ERR_OK, 0)); // half a previous transaction
    CHECK(is(previous(good.previous_size, 0, good.previous, 10), ERR_OK, 0));
    CHECK_EQ(vault_cancel(), ERR_OK);
    ask_good(); // WAITING; nothing of the half one is left
    CHECK(is(offer(good.request, good.size), ERR_BUSY, 0));
    CHECK(is(previous(good.previous_size, 0, good.previous, 10), ERR_BAD_STATE, 0));
    CHECK(is(ask(), ERR_BAD_STATE, 0));
    fake.self = FAKE_OTHER;
    CHECK(is(offer(good.request, good.size), ERR_BUSY, 0));
    CHECK(is(ask(), ERR_BAD_STATE, 0));
    CHECK_EQ(vault_cancel(), ERR_OK); // its own, of which there is none
    CHECK_EQ(standing().state, RESULT_NONE);
    fake.self = FAKE_WALLET;
    CHECK_EQ(standing().state, RESULT_WAITING);
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_NOT_FOUND);
    CHECK_EQ(standing().state, RESULT_NONE);
    ask_good(); // REFUSED, then SIGNED
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(vault_reject(seen.hash, REFUSAL_PERSON_SAID_NO), ERR_OK);
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK_EQ(standing().state, RESULT_NONE);
}

// An app that offers and then sleeps does not block the others for ever; one that works is left
// alone.
static void test_stale(void)
{
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    fake.now += (uint64_t)VAULT_STALE_SECONDS * SECOND;
    fake.self = FAKE_OTHER;
    CHECK(is(offer(good.request, good.size), ERR_BUSY, 0));
    fake.self = FAKE_WALLET;
    CHECK(is(previous(good.previous_size, 0, good.previous, 10), ERR_OK, 0)); // it moves
    fake.now += (uint64_t)VAULT_STALE_SECONDS * SECOND;
    fake.self = FAKE_OTHER;
    CHECK(is(offer(good.request, good.size), ERR_BUSY, 0));
    fake.now += 1;
    CHECK(is(offer(good.request, good.size), ERR_OK, REFUSAL_FINGERPRINT));
    fake.self = FAKE_WALLET;
    CHECK_EQ(standing().code, REFUSAL_WITHDRAWN);
    ask_good(); // a question to the person is never stale
    fake.now += 10000ull * SECOND;
    fake.self = FAKE_OTHER;
    CHECK(is(offer(good.request, good.size), ERR_BUSY, 0));
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_cancel(), ERR_OK);
}

// When randomness or the steward fails at the worst moment, nothing is signed and the caller learns
// why.
static void test_failures(void)
{
    struct seen seen;
    fake_pause();
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(good.previous_size, 0, good.previous, good.previous_size), ERR_OK, 0));
    fake.entropy_broken = true;
    CHECK(is(ask(), ERR_BAD_STATE, 0));
    fake.entropy_broken = false;
    CHECK_EQ(standing().code, REFUSAL_UNAVAILABLE);
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.entropy_broken = true;
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_BAD_STATE);
    fake.entropy_broken = false;
    CHECK_EQ(standing().state, RESULT_REFUSED);
    CHECK_EQ(standing().code, REFUSAL_UNAVAILABLE);
    CHECK(nothing_signed());
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.secure_boot = 77; // cannot be told in evidence (V5)
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_BAD_ARGUMENT);
    fake.secure_boot = 1;
    CHECK_EQ(standing().state, RESULT_REFUSED);
    CHECK(nothing_signed());
}

// The largest request is shown, signed and told whole.
static void test_largest(void)
{
    static struct offering largest;
    static struct evidence_work work;
    static struct evidence e;
    struct evidence_check check;
    struct seen seen;
    size_t size = 0;
    payment_largest(&largest);
    CHECK(is(offer(largest.request, largest.size), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, 0));
    CHECK_EQ(look(&seen), ERR_OK);
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_OK);
    CHECK_EQ(standing().signatures, REQUEST_INPUTS_MAX);
    CHECK_EQ(vault_evidence(buffer, sizeof buffer, &size), ERR_OK);
    CHECK_EQ(evidence_verify(buffer, size, &work, &e, &check), ERR_OK);
    CHECK_EQ(e.signature_count, REQUEST_INPUTS_MAX);
    CHECK_EQ(e.signatures[255].input, 255);
    CHECK_EQ(vault_cancel(), ERR_OK);
}

// Every number is equally likely: with 200,000 drawn, each hundred comes about 2,000 times. The sum
// of squared deviations (chi-squared, 99 degrees of freedom) is below 200 then; cutting 16 bits
// modulo 10,000 gives 1,200.
static void test_numbers(void)
{
    enum { DRAWN = 200000, HUNDREDS = 100, EXPECTED = DRAWN / HUNDREDS };
    int64_t count[HUNDREDS] = {0}, sum = 0;
    for (unsigned i = 0; i < DRAWN; i++) {
        uint32_t number = VAULT_NUMBERS;
        if (!CHECK(keys_number(&number) == ERR_OK && number < VAULT_NUMBERS))
            return;
        count[number / 100]++;
    }
    for (unsigned i = 0; i < HUNDREDS; i++)
        sum += (count[i] - EXPECTED) * (count[i] - EXPECTED);
    CHECK(sum / EXPECTED < 200);
}

static void test_wait(void)
{
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_wait_question(1), ERR_TIMED_OUT);
    nsec_t before = fake.now;
    CHECK_EQ(vault_wait_question(before + SECOND), ERR_TIMED_OUT);
    CHECK_EQ(fake.now, before + SECOND);
    fake.self = FAKE_WALLET;
    ask_good();
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_wait_question(0), ERR_OK);
    CHECK_EQ(vault_wait_question(1), ERR_OK);
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_cancel(), ERR_OK);
}

// The table of callers is full one day: those who are in it go on, others are told (V8).
static void test_callers(void)
{
    uint32_t state, network, fingerprint;
    err_t err = ERR_OK;
    uint64_t i = 0;
    for (; i < 2 * VAULT_CLIENTS && !err; i++) {
        fake.self = FAKE_STRANGER + i;
        err = vault_status(&state, &network, &fingerprint);
    }
    CHECK_EQ(err, ERR_NO_SLOT);
    CHECK_EQ(i, VAULT_CLIENTS - 2 + 1);
    fake.self = 0;
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_DENIED);
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
}

// V10: one log, that grows.
static void test_journal(void)
{
    static const uint8_t id[16] = {1}, other_id[16] = {2}, before[32] = {3}, last[32] = {4};
    static const uint8_t other_last[32] = {5}, nonce[32] = {6};
    static struct evidence_work work;
    static struct evidence e;
    struct evidence_check check;
    size_t size = 0;
    const size_t cap = VAULT_SIGN_JOURNAL_HEAD_SIZE;
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 0, 5, 9),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 1, 0, 9),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 2, UINT64_MAX - 1, 9),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 11, 10, 9), ERR_OK);
    CHECK_EQ(evidence_verify(buffer, size, &work, &e, &check), ERR_OK);
    CHECK_EQ(e.type, EVIDENCE_JOURNAL);
    CHECK(e.sequence == 1 && e.journal.first == 11 && e.journal.count == 10 && e.journal.time == 9);
    CHECK_MEM(e.journal.boot_id, id, 16);
    CHECK_MEM(e.journal.before, before, 32);
    CHECK_MEM(e.journal.last, last, 32);
    CHECK_MEM(e.nonce, nonce, 32);
    // The same again; its end earlier; the same end with another hash; another log.
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 12, 9, 9), ERR_OK);
    CHECK_EQ(vault_sign_journal(id, before, last, nonce, buffer, cap, &size, 11, 9, 9),
             ERR_BAD_STATE);
    CHECK_EQ(vault_sign_journal(id, before, other_last, nonce, buffer, cap, &size, 11, 10, 9),
             ERR_BAD_STATE);
    CHECK_EQ(vault_sign_journal(other_id, before, last, nonce, buffer, cap, &size, 11, 90, 9),
             ERR_BAD_STATE);
    CHECK_EQ(vault_sign_journal(id, before, other_last, nonce, buffer, cap, &size, 21, 1, 9),
             ERR_OK);
    CHECK_EQ(evidence_verify(buffer, size, &work, &e, &check), ERR_OK);
    CHECK_EQ(e.sequence, 3);
}

int main(void)
{
    static const uint8_t publisher[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};
    fake_start();
    fake.self = FAKE_WALLET;
    payment_keys(publisher, "wallet");
    payment_offering(PAYMENT_GOOD, &good);
    test_without_seed();
    test_words();
    test_accounts();
    test_bad_requests();
    test_request_bits();
    test_previous();
    test_approve();
    test_shown_again();
    test_wrong_number();
    test_reject();
    test_cancel_and_others();
    test_stale();
    test_failures();
    test_largest();
    test_numbers();
    test_wait();
    test_journal();
    test_callers();
    return unit_done();
}

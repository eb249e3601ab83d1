// SPDX-License-Identifier: GPL-3.0-or-later
// How often an app may have the person asked in vain (lib/os/patience.h).
#include "vault/vault_sample.h"

// Three payments in a row that nobody approves: a pause for whoever asks, and for nobody else; it
// outlives the asker's run; a yes ends it.
static void test_patience(void)
{
    struct seen seen;
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_OK);
    fake.self = FAKE_WALLET;
    fake.at_once = true;
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_reject(seen.hash, REFUSAL_UNAVAILABLE), ERR_OK); // the console failed
    fake.self = FAKE_WALLET;
    for (int i = 0; i < 3; i++) {
        ask_good();
        CHECK_EQ(look(&seen), ERR_OK);
        fake.self = FAKE_PROMPT;
        if (i == 0)
            CHECK_EQ(vault_reject(seen.hash, REFUSAL_PERSON_SAID_NO), ERR_OK);
        else if (i == 1)
            CHECK_EQ(vault_approve(seen.hash, seen.number + 1), ERR_REFUSED);
        fake.self = FAKE_WALLET;
        if (i == 2)
            CHECK_EQ(vault_cancel(), ERR_OK);
    }
    for (int i = 0; i < 2; i++) {
        CHECK(is(offer(good.request, good.size), ERR_OK, 0));
        CHECK(is(previous(good.previous_size, 0, good.previous, good.previous_size), ERR_OK, 0));
        CHECK(is(ask(), ERR_OK, REFUSAL_TOO_OFTEN));
        CHECK_EQ(look(&seen), ERR_NOT_FOUND); // the place is free for others
        fake.now += PATIENCE_PAUSE - 2 + 2 * (nsec_t)i;
    }
    ask_good();
    CHECK_EQ(look(&seen), ERR_OK);
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_approve(seen.hash, seen.number), ERR_OK);
    fake.self = FAKE_WALLET;
    for (int i = 0; i < 3; i++) {
        ask_good();
        CHECK_EQ(vault_cancel(), ERR_OK);
    }
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(good.previous_size, 0, good.previous, good.previous_size), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, REFUSAL_TOO_OFTEN));
    fake.self = FAKE_AGAIN;
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(good.previous_size, 0, good.previous, good.previous_size), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, REFUSAL_TOO_OFTEN));
    fake.self = FAKE_WALLET;
    fake.at_once = false;
    fake_pause();
}

int main(void)
{
    static const uint8_t publisher[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};
    uint32_t position;
    fake_start();
    fake.self = FAKE_WALLET;
    payment_keys(publisher, "wallet");
    payment_offering(PAYMENT_GOOD, &good);
    fake.self = FAKE_PROMPT;
    CHECK_EQ(vault_restore((const uint8_t *)PAYMENT_WORDS, strlen(PAYMENT_WORDS), NETWORK_TEST,
                           &position),
             ERR_OK);
    fake.self = FAKE_WALLET;
    test_patience();
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Payments for tests: a PSBT of one P2WPKH and one P2TR input that pays one recipient and gives
// change, right or with one mistake.
#pragma once
#include "format/request.h"

// The words that the tests restore: BIP-39's first test vector.
#define PAYMENT_WORDS                                                                              \
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "     \
    "about"

enum payment_mistake {
    PAYMENT_GOOD,
    PAYMENT_HIGH_FEE, // right, but the fee is a third of what is paid
    PAYMENT_CUT,
    PAYMENT_TRAILING,
    PAYMENT_HALVES_SWAPPED,
    PAYMENT_DUPLICATE_KEY,
    PAYMENT_COIN_TYPE,
    PAYMENT_NO_PREVIOUS,
    PAYMENT_OTHER_PREVIOUS,
    PAYMENT_BROKEN_PREVIOUS,
    PAYMENT_NO_SUCH_OUTPUT,
    PAYMENT_AMOUNT,
    PAYMENT_SCRIPT,
    PAYMENT_NO_PATH,
    PAYMENT_FOREIGN_KEY,        // another fingerprint
    PAYMENT_STOLEN_FINGERPRINT, // ours, with another key
    PAYMENT_SIGHASH,
    PAYMENT_OVERSPENT,
    PAYMENT_SIGNED,
    PAYMENT_DUPLICATE_INPUT,
    PAYMENT_FALSE_CHANGE,
    PAYMENT_COUNT,
};

enum {
    PAYMENT_IN_WPKH = 150000, // satoshi
    PAYMENT_IN_TR = 250000,
    PAYMENT_OUT = 300000,
    PAYMENT_FEE = 1000,
    PAYMENT_FEE_HIGH = 99000,
    PAYMENT_MAX = 8192,
};

struct payment {
    uint8_t psbt[PAYMENT_MAX];
    size_t size;
};

// Once, before the rest: the keys of the app `app_id` of that publisher under PAYMENT_WORDS on the
// test network.
void payment_keys(const uint8_t publisher[32], const char *app_id);
uint32_t payment_fingerprint(void);

void payment_make(enum payment_mistake mistake, struct payment *out);

// The recipient's address, as it must stand on the screen.
void payment_recipient(char out[ADDRESS_TEXT_MAX]);

// What the reader makes of a payment, for tests that start at the vault.
struct offering {
    uint8_t request[REQUEST_MAX];
    size_t size;
    uint8_t previous[PAYMENT_MAX];
    uint32_t previous_size;
};

// As the calling cell (fake.self), through the reader. Aborts if the reader refuses.
void payment_offering(enum payment_mistake mistake, struct offering *out);

// The largest request there is: 256 P2TR inputs (which need no previous transactions), 256
// recipients.
void payment_largest(struct offering *out);

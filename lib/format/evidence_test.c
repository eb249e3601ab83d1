// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence against a second encoder, written here by hand from RFC 8949 and RFC 9052, which can
// also make every mistake that the reader must refuse. Each sentence of evidence_sentence() has a
// fixture.
#include "abi/boot_info.h"
#include "crypto/sign.h"
#include "format/evidence.h"
#include "tests/unit.h"

static const uint8_t device_seed[SIGN_SECRET_SIZE] = {1, 2, 3};
static uint8_t device_key[SIGN_PUBLIC_SIZE];
static struct evidence_work work;
static struct evidence good, read_back;
static uint8_t made[EVIDENCE_MAX];
static size_t made_len;

// ---- the second encoder

enum mistake {
    NONE,
    LONG_KEY,   // a key in two bytes
    LONG_VALUE, // a number in two bytes
    LONG_HEAD,  // a string's length in four bytes
    INDEFINITE_MAP,
    INDEFINITE_ARRAY,
    INDEFINITE_STRING,
    MISSING_FIELD,
    MISSING_LAST,
    REPEATED_FIELD,
    SWAPPED_FIELDS,
    EXTRA_FIELD,
    WRONG_KIND,
    NEGATIVE_NUMBER,
    OTHER_TYPE,
    BAD_ENTRY,
    BAD_SECURE_BOOT,
    ZERO_SEQUENCE,
    ESCAPE_IN_TEXT,
    LINE_IN_NAME,
    EMPTY_NAME,
    LONG_NAME,
    SHORT_KEY,
    NO_SIGNATURES,
    INPUTS_FALLING,
    LONG_SIGNATURE,
    BIG_INPUT,
    ENTROPY_PAIR,
    ENTROPY_NUMBER,
    APP_OF_FOUR,
    AFTER_PAYLOAD,
    AFTER_ENVELOPE,
    OTHER_TAG,
    NO_TAG,
    ALGORITHM,
    UNPROTECTED_HEADER,
    FIVE_PARTS,
    SHORT_SIGNATURE,
    PAYLOAD_TEXT,
    PAYLOAD_ARRAY,
    OTHER_KEY,
    MISTAKES,
};

struct bytes {
    uint8_t at[4096];
    size_t n;
};

static void raw(struct bytes *b, const void *data, size_t n)
{
    memcpy(b->at + b->n, data, n);
    b->n += n;
}

static void byte(struct bytes *b, unsigned value)
{
    b->at[b->n++] = (uint8_t)value;
}

static void head(struct bytes *b, unsigned major, size_t value)
{
    if (value < 24) {
        byte(b, major << 5 | (unsigned)value);
    } else if (value < 256) {
        byte(b, major << 5 | 24);
        byte(b, (unsigned)value);
    } else {
        byte(b, major << 5 | 25);
        byte(b, (unsigned)value >> 8);
        byte(b, (unsigned)value & 255);
    }
}

static void string(struct bytes *b, unsigned major, const void *data, size_t n)
{
    head(b, major, n);
    raw(b, data, n);
}

static void text(struct bytes *b, const char *s)
{
    string(b, 3, s, strlen(s));
}

static void field(struct bytes *b, unsigned key, enum mistake m)
{
    if (m == LONG_KEY && key == EVIDENCE_FIELD_ENTRY)
        byte(b, 0x18);
    byte(b, key);
}

static void system_fields(struct bytes *b, enum mistake m)
{
    field(b, EVIDENCE_FIELD_TYPE, m);
    byte(b, m == OTHER_TYPE ? 6 : 5);
    field(b, EVIDENCE_FIELD_DEVICE_KEY, m);
    string(b, 2, device_key, m == SHORT_KEY ? 31 : 32);
    field(b, EVIDENCE_FIELD_BUNDLE, m);
    string(b, 2, good.bundle, 32);
    field(b, EVIDENCE_FIELD_PROFILE, m);
    if (m == INDEFINITE_STRING) {
        raw(b, "\x7f\x65vault\xff", 8);
    } else if (m == LONG_HEAD) {
        raw(b, "\x7a\0\0\0\5vault", 10);
    } else {
        text(b, m == LONG_NAME    ? "123456789012345678901234567890123"
                : m == EMPTY_NAME ? ""
                                  : "vault");
    }
    if (m != MISSING_FIELD) {
        field(b, EVIDENCE_FIELD_VERSION, m);
        text(b, m == LINE_IN_NAME ? "0.1\n" : "0.1.0");
    }
    if (m == SWAPPED_FIELDS)
        raw(b, "\x07\x01\x06\x01", 4);
    if (m != SWAPPED_FIELDS) {
        field(b, EVIDENCE_FIELD_ENTRY, m);
        byte(b, m == BAD_ENTRY ? 3 : m == NEGATIVE_NUMBER ? 0x20 : 1);
        field(b, EVIDENCE_FIELD_SECURE_BOOT, m);
        if (m == LONG_VALUE)
            byte(b, 0x18);
        byte(b, m == BAD_SECURE_BOOT ? 3 : 1);
    }
    field(b, EVIDENCE_FIELD_ENTROPY, m);
    if (m == ENTROPY_PAIR)
        raw(b, "\x82\x07\x00", 3);
    else if (m == ENTROPY_NUMBER)
        raw(b, "\x83\x07\x00\x01", 4);
    else
        raw(b, "\x83\x07\x00\xf5", 4);
    field(b, EVIDENCE_FIELD_SEQUENCE, m);
    if (m == WRONG_KIND)
        text(b, "1");
    else if (m == ZERO_SEQUENCE)
        byte(b, 0);
    else
        head(b, 0, 300);
}

static void app_field(struct bytes *b, enum mistake m)
{
    field(b, EVIDENCE_FIELD_APP, m);
    byte(b, m == APP_OF_FOUR ? 0x84 : 0x83);
    text(b, "wallet");
    string(b, 2, good.publisher, 32);
    text(b, "wallet");
    if (m == APP_OF_FOUR)
        byte(b, 0);
}

static void signatures_field(struct bytes *b, enum mistake m)
{
    static const uint8_t bytes[300] = {0x30};
    field(b, EVIDENCE_FIELD_SIGNATURES, m);
    if (m == NO_SIGNATURES) {
        byte(b, 0x80);
        return;
    }
    byte(b, m == INDEFINITE_ARRAY ? 0x9f : 0x82);
    raw(b, "\x82\x00", 2);
    string(b, 2, bytes, m == LONG_SIGNATURE ? 81 : 71);
    byte(b, 0x82);
    if (m == BIG_INPUT)
        raw(b, "\x1b\0\0\0\1\0\0\0\0", 9);
    else
        byte(b, m == INPUTS_FALLING ? 0 : 5);
    string(b, 2, bytes + 1, 64);
    if (m == INDEFINITE_ARRAY)
        byte(b, 0xff);
}

static void payload(struct bytes *b, enum mistake m)
{
    unsigned count = m == MISSING_FIELD || m == MISSING_LAST   ? 13
                     : m == EXTRA_FIELD || m == REPEATED_FIELD ? 15
                                                               : 14;
    if (m == PAYLOAD_ARRAY) {
        byte(b, 0x80);
        return;
    }
    byte(b, m == INDEFINITE_MAP ? 0xbf : 0xa0 | count);
    system_fields(b, m);
    if (m == REPEATED_FIELD) {
        field(b, EVIDENCE_FIELD_SEQUENCE, m);
        byte(b, 1);
    }
    app_field(b, m);
    field(b, EVIDENCE_FIELD_REQUEST, m);
    string(b, 2, good.request, 32);
    field(b, EVIDENCE_FIELD_NONCE, m);
    string(b, 2, good.nonce, 32);
    field(b, EVIDENCE_FIELD_TEXT, m);
    text(b, m == ESCAPE_IN_TEXT ? "pay \033[2J\n" : "pay\nmuch\n");
    if (m != MISSING_LAST)
        signatures_field(b, m);
    if (m == EXTRA_FIELD)
        raw(b, "\x0f\x00", 2);
    if (m == INDEFINITE_MAP)
        byte(b, 0xff);
    if (m == AFTER_PAYLOAD)
        byte(b, 0);
}

static void envelope(struct bytes *b, enum mistake m)
{
    static struct bytes inner, message;
    static const uint8_t other_seed[SIGN_SECRET_SIZE] = {9};
    uint8_t signature[SIGN_SIZE];
    inner.n = message.n = b->n = 0;
    payload(&inner, m);
    byte(&message, 0x84);
    text(&message, "Signature1");
    raw(&message, "\x43\xa1\x01\x27\x40", 5);
    string(&message, 2, inner.at, inner.n);
    const uint8_t *seed = m == OTHER_KEY ? other_seed : device_seed;
    CHECK_EQ(sign_make(seed, message.at, message.n, signature), ERR_OK);
    if (m != NO_TAG)
        byte(b, m == OTHER_TAG ? 0xd1 : 0xd2);
    byte(b, m == FIVE_PARTS ? 0x85 : 0x84);
    raw(b, m == ALGORITHM ? "\x43\xa1\x01\x26" : "\x43\xa1\x01\x27", 4);
    if (m == UNPROTECTED_HEADER)
        raw(b, "\xa1\x04\x41\x31", 4);
    else
        byte(b, 0xa0);
    string(b, m == PAYLOAD_TEXT ? 3 : 2, inner.at, inner.n);
    string(b, 2, signature, m == SHORT_SIGNATURE ? 63 : 64);
    if (m == FIVE_PARTS || m == AFTER_ENVELOPE)
        byte(b, 0);
}

// ---- what must come of each mistake

struct expectation {
    uint32_t fault, field;
};

static const struct expectation expected[MISTAKES] = {
    [LONG_KEY] = {EVIDENCE_NOT_DETERMINISTIC, 0                         },
    [LONG_VALUE] = {EVIDENCE_NOT_DETERMINISTIC, 0                         },
    [LONG_HEAD] = {EVIDENCE_NOT_DETERMINISTIC, 0                         },
    [INDEFINITE_MAP] = {EVIDENCE_NOT_DETERMINISTIC, 0                         },
    [INDEFINITE_ARRAY] = {EVIDENCE_NOT_DETERMINISTIC, EVIDENCE_FIELD_SIGNATURES },
    [INDEFINITE_STRING] = {EVIDENCE_NOT_DETERMINISTIC, EVIDENCE_FIELD_PROFILE    },
    [MISSING_FIELD] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_VERSION    },
    [MISSING_LAST] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_SIGNATURES },
    [REPEATED_FIELD] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_APP        },
    [SWAPPED_FIELDS] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_ENTRY      },
    [EXTRA_FIELD] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_LAST + 1   },
    [WRONG_KIND] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_SEQUENCE   },
    [NEGATIVE_NUMBER] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_ENTRY      },
    [OTHER_TYPE] = {EVIDENCE_UNKNOWN_TYPE,      EVIDENCE_FIELD_TYPE       },
    [BAD_ENTRY] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_ENTRY      },
    [BAD_SECURE_BOOT] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SECURE_BOOT},
    [ZERO_SEQUENCE] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SEQUENCE   },
    [ESCAPE_IN_TEXT] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_TEXT       },
    [LINE_IN_NAME] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_VERSION    },
    [EMPTY_NAME] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_PROFILE    },
    [LONG_NAME] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_PROFILE    },
    [SHORT_KEY] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_DEVICE_KEY },
    [NO_SIGNATURES] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SIGNATURES },
    [INPUTS_FALLING] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SIGNATURES },
    [LONG_SIGNATURE] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SIGNATURES },
    [BIG_INPUT] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_SIGNATURES },
    [ENTROPY_PAIR] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_ENTROPY    },
    [ENTROPY_NUMBER] = {EVIDENCE_FIELD,             EVIDENCE_FIELD_ENTROPY    },
    [APP_OF_FOUR] = {EVIDENCE_RANGE,             EVIDENCE_FIELD_APP        },
    [AFTER_PAYLOAD] = {EVIDENCE_TRAILING,          0                         },
    [AFTER_ENVELOPE] = {EVIDENCE_TRAILING,          0                         },
    [OTHER_TAG] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [NO_TAG] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [ALGORITHM] = {EVIDENCE_HEADERS,           0                         },
    [UNPROTECTED_HEADER] = {EVIDENCE_HEADERS,           0                         },
    [FIVE_PARTS] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [SHORT_SIGNATURE] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [PAYLOAD_TEXT] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [PAYLOAD_ARRAY] = {EVIDENCE_NOT_ENVELOPE,      0                         },
    [OTHER_KEY] = {EVIDENCE_SIGNATURE_WRONG,   0                         },
};

static struct evidence_name name(const char *s)
{
    return (struct evidence_name){s, strlen(s)};
}

static void good_make(void)
{
    static const uint8_t bytes[128] = {0x30};
    CHECK_EQ(sign_public(device_seed, device_key), ERR_OK);
    good = (struct evidence){
        .type = EVIDENCE_SIGNATURE_RESULT,
        .profile = name("vault"),
        .version = name("0.1.0"),
        .entry = BOOT_UEFI,
        .secure_boot = BOOT_SECURE_ON,
        .entropy_passed = 7,
        .entropy_test = true,
        .sequence = 300,
        .app = name("wallet"),
        .app_id = name("wallet"),
        .text = name("pay\nmuch\n"),
        .signature_count = 2,
        .signatures = {{0, bytes, 71}, {5, bytes + 1, 64}},
    };
    memcpy(good.device_key, device_key, sizeof device_key);
    memset(good.bundle, 0xb1, sizeof good.bundle);
    memset(good.publisher, 0xb2, sizeof good.publisher);
    memset(good.request, 0xb3, sizeof good.request);
    memset(good.nonce, 0xb4, sizeof good.nonce);
}

static void test_good(void)
{
    static struct bytes second;
    struct evidence_check check = {0};
    CHECK_EQ(evidence_sign(&good, device_seed, &work, made, sizeof made, &made_len), ERR_OK);
    envelope(&second, NONE);
    CHECK_EQ(made_len, second.n);
    CHECK_MEM(made, second.at, second.n);
    CHECK_EQ(evidence_verify(made, made_len, &work, &read_back, &check), ERR_OK);
    CHECK_EQ(check.fault, EVIDENCE_GOOD);
    CHECK_EQ(read_back.sequence, 300);
    CHECK(read_back.entropy_test);
    CHECK_EQ(read_back.entropy_passed, 7);
    CHECK_EQ(read_back.text.length, good.text.length);
    CHECK_MEM(read_back.text.text, good.text.text, good.text.length);
    CHECK_EQ(read_back.signature_count, 2);
    CHECK_EQ(read_back.signatures[1].input, 5);
    CHECK_EQ(read_back.signatures[0].length, 71);
    CHECK_MEM(read_back.publisher, good.publisher, 32);
}

static void test_mistakes(void)
{
    static struct bytes bad;
    for (enum mistake m = NONE + 1; m < MISTAKES; m++) {
        struct evidence_check check = {0};
        envelope(&bad, m);
        err_t err = evidence_verify(bad.at, bad.n, &work, &read_back, &check);
        CHECK_EQ(err, m == OTHER_KEY ? ERR_BAD_SIGNATURE : ERR_BAD_DATA);
        if (!CHECK(check.fault == expected[m].fault && check.field == expected[m].field))
            fprintf(stderr, "    mistake %d: %s (%s)\n", m, evidence_sentence(check.fault),
                    evidence_field_name(check.field));
    }
}

// Each byte cut off, each bit flipped: never accepted.
static void test_damage(void)
{
    static struct bytes bad;
    struct evidence_check check;
    unsigned long accepted = 0, truncated = 0;
    for (size_t n = 0; n < made_len; n++) {
        check.fault = EVIDENCE_GOOD;
        accepted += evidence_verify(made, n, &work, &read_back, &check) == ERR_OK;
        truncated += check.fault == EVIDENCE_TRUNCATED;
    }
    CHECK_EQ(truncated, made_len);
    for (size_t bit = 0; bit < made_len * 8; bit++) {
        memcpy(bad.at, made, made_len);
        bad.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += evidence_verify(bad.at, made_len, &work, &read_back, &check) == ERR_OK;
    }
    CHECK_EQ(accepted, 0);
    CHECK_EQ(evidence_verify(made, EVIDENCE_MAX + 1, &work, &read_back, &check), ERR_BAD_DATA);
    CHECK_EQ(check.fault, EVIDENCE_SIZE);
}

static void test_refuse_to_sign(void)
{
    static const uint8_t other_seed[SIGN_SECRET_SIZE] = {9};
    static struct evidence bad;
    size_t len = 77;
    CHECK_EQ(evidence_sign(&good, other_seed, &work, made, sizeof made, &len), ERR_BAD_SIGNATURE);
    CHECK_EQ(evidence_sign(&good, device_seed, &work, made, made_len - 1, &len), ERR_TOO_SMALL);
    bad = good;
    bad.text = name("\033[2J");
    CHECK_EQ(evidence_sign(&bad, device_seed, &work, made, sizeof made, &len), ERR_BAD_ARGUMENT);
    bad = good;
    bad.signature_count = 0;
    CHECK_EQ(evidence_sign(&bad, device_seed, &work, made, sizeof made, &len), ERR_BAD_ARGUMENT);
    CHECK_EQ(len, 77);
}

// The largest evidence that a request can lead to fits.
static void test_largest(void)
{
    static struct evidence big;
    static char lines[EVIDENCE_TEXT];
    static uint8_t bytes[EVIDENCE_SIGNATURE];
    struct evidence_check check;
    size_t len = 0;
    memset(lines, '\n', sizeof lines);
    big = good;
    big.text = (struct evidence_name){lines, sizeof lines};
    big.signature_count = EVIDENCE_SIGNATURES;
    for (uint32_t i = 0; i < EVIDENCE_SIGNATURES; i++)
        big.signatures[i] = (struct evidence_signature){UINT32_MAX - EVIDENCE_SIGNATURES + i, bytes,
                                                        sizeof bytes - 7};
    CHECK_EQ(evidence_sign(&big, device_seed, &work, made, sizeof made, &len), ERR_OK);
    CHECK_EQ(evidence_verify(made, len, &work, &read_back, &check), ERR_OK);
    CHECK_EQ(read_back.signature_count, EVIDENCE_SIGNATURES);
}

static void test_words(void)
{
    for (uint32_t i = 0; i < EVIDENCE_FAULT_COUNT; i++)
        CHECK(evidence_sentence(i) && strlen(evidence_sentence(i)) > 20);
    for (uint32_t i = 0; i <= EVIDENCE_FIELD_LAST + 1; i++)
        CHECK(evidence_field_name(i) != NULL);
    CHECK(strcmp(evidence_sentence(EVIDENCE_FAULT_COUNT), "unknown fault") == 0);
}

int main(void)
{
    good_make();
    test_good();
    test_mistakes();
    test_damage();
    test_refuse_to_sign();
    test_largest();
    test_words();
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The service around attest.h, and the companion's questions about it (docs/link.md, types 48 and
// 50 to 52).
#include "attest.h"

#include <string.h>

#include "crypto/wipe.h"
#include "format/bytes_le.h"
#include "format/companion.h"
#include "gen/attest.h"
#include "gen/companion.h"
#include "gen/entropy.h"
#include "gen/steward.h"
#include "gen/tpm.h"
#include "os/say.h"
#include "os/serve.h"
#include "os/syscall.h"

enum { ANSWER_MAX = 3072 }; // a quote; the endorsement key and its certificate
enum {
    LOOK_MSEC = 100,
    QUESTION_QUOTE = 48,
    QUESTION_STATE = 50,
    QUESTION_ENDORSED = 51,
    QUESTION_OPEN = 52
};

static struct attest attest;
static nsec_t next_look;

static err_t transmit(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                      size_t *length)
{
    return tpm_transmit(command, size, response, cap, length);
}

err_t secret_draw(uint8_t out[32])
{
    size_t got = 0;
    err_t err = entropy_random(out, 32, &got);
    return err || got == 32 ? err : ERR_BAD_STATE;
}

// What every operation on the TPM begins with.
static err_t there(void)
{
    return attest.tpm == ATTEST_WORKS  ? ERR_OK
           : attest.tpm == ATTEST_NONE ? ERR_NOT_FOUND
                                       : ERR_DEVICE;
}

static err_t op_state(const struct caller *who, uint32_t *tpm, uint32_t *measured,
                      uint32_t *sealing, uint64_t *counter)
{
    (void)who;
    *tpm = attest.tpm;
    *measured = attest.image.measured;
    *sealing = attest.sealing;
    *counter = attest.counter;
    return ERR_OK;
}

static err_t op_bind(const struct caller *who, const uint8_t key[32])
{
    (void)who;
    memcpy(attest.device_key, key, sizeof attest.device_key);
    attest.bound = true;
    return ERR_OK;
}

static err_t op_pcr_read(const struct caller *who, uint8_t values[512])
{
    uint8_t all[QUOTE_REGISTERS][QUOTE_DIGEST];
    (void)who;
    err_t err = there();
    if (!err)
        err = pcr_read(all);
    if (!err)
        memcpy(values, all, sizeof all);
    return err;
}

static err_t op_key(const struct caller *who, uint8_t key[64])
{
    (void)who;
    err_t err = there();
    if (!err)
        memcpy(key, attest.key, sizeof attest.key);
    return err;
}

static err_t op_quote(const struct caller *who, const uint8_t nonce[32], uint8_t *quote, size_t cap,
                      size_t *size)
{
    (void)who;
    err_t err = there();
    return err ? err : quote_make(&attest, nonce, quote, cap, size);
}

static err_t op_random(const struct caller *who, uint8_t data[32])
{
    TPM2B_DIGEST bytes = {.size = sizeof bytes.buffer};
    (void)who;
    err_t err = there();
    if (!err)
        err = wire_error(Tss2_Sys_GetRandom(wire(), NULL, 32, &bytes, NULL));
    if (!err && bytes.size != 32)
        err = ERR_DEVICE;
    if (!err)
        memcpy(data, bytes.buffer, 32);
    wipe(&bytes, sizeof bytes);
    return err;
}

static err_t op_extend(const struct caller *who, const uint8_t digest[32])
{
    (void)who;
    err_t err = there();
    if (err == ERR_DEVICE && !attest.image.measured)
        return ERR_NOT_FOUND; // no quote of this system passes, whatever is missing from it
    return err ? err : pcr_extend(BOOT_PCR_PROGRAMS, digest);
}

static err_t op_seal(const struct caller *who, const uint8_t half[32], const uint8_t auth[32],
                     uint8_t *blob, size_t cap, size_t *size)
{
    (void)who;
    err_t err = there();
    return err ? err : seal_make(&attest, half, auth, blob, cap, size);
}

static err_t op_unseal(const struct caller *who, const uint8_t *blob, size_t size,
                       const uint8_t auth[32], uint8_t half[32])
{
    (void)who;
    err_t err = there();
    return err ? err : seal_open(&attest, blob, size, auth, half);
}

static void on_message(struct message *m)
{
    static const struct attest_ops ops = {
        .state = op_state,
        .bind = op_bind,
        .pcr_read = op_pcr_read,
        .quote = op_quote,
        .random = op_random,
        .extend = op_extend,
        .seal = op_seal,
        .unseal = op_unseal,
        .key = op_key,
    };
    attest_dispatch(&ops, m);
}

// ---- the companion

static err_t state_answer(uint8_t *out, size_t *size)
{
    le32_put(out, attest.tpm);
    le32_put(out + 4, attest.image.measured);
    le32_put(out + 8, attest.sealing);
    le32_put(out + 12, (uint32_t)attest.counter);
    memcpy(out + 16, attest.key, sizeof attest.key);
    *size = 16 + sizeof attest.key;
    return ERR_OK;
}

// A TPM without a certificate answers with nothing: NOT_FOUND is the device without a TPM.
static err_t endorse_answer(uint8_t *out, size_t cap, size_t *length)
{
    err_t err = endorse_show(out, cap, length);
    if (err == ERR_NOT_FOUND)
        *length = 0;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static err_t open_answer(const uint8_t question[CREDENTIAL_QUESTION], uint8_t *out, size_t *length)
{
    err_t err = endorse_open(question, out);
    if (!err)
        *length = CREDENTIAL_SECRET;
    return err;
}

static err_t question_answer(uint32_t type, const uint8_t *data, size_t size, uint8_t *out,
                             size_t cap, size_t *length)
{
    err_t err = there();
    if (type == QUESTION_STATE && size == 0)
        return state_answer(out, length);
    if (type == QUESTION_ENDORSED && size == 0)
        return err ? err : endorse_answer(out, cap, length);
    if (type == QUESTION_OPEN && size == CREDENTIAL_QUESTION)
        return err ? err : open_answer(data, out, length);
    if (type != QUESTION_QUOTE || size != QUOTE_NONCE)
        return ERR_BAD_ARGUMENT;
    return err ? err : quote_make(&attest, data, out, cap, length);
}

static void on_look(void)
{
    static uint8_t data[COMPANION_TAKE_ATTEST_PAYLOAD_SIZE], out[ANSWER_MAX];
    uint32_t type, number;
    size_t size = 0, length = 0;
    next_look = sys_now() + LOOK_MSEC * (nsec_t)1000000;
    if (companion_take_attest(data, sizeof data, &size, &type, &number) != ERR_OK)
        return; // no question, or no companion in this profile
    err_t status = question_answer(type, data, size, out, sizeof out, &length);
    // A companion that has given up needs no answer.
    if (companion_answer_attest(number, status, out, status ? 0 : length) != ERR_OK)
        return;
}

static nsec_t look_due(void)
{
    return next_look;
}

// ---- the start

static void begin(void)
{
    struct image_facts image = {.measured = false};
    uint8_t profile[32], version[32], digest[32];
    uint32_t kind = 0, vendor = 0, entry = 0, secure = 0, measured = 0;
    const char *why = "no TPM: this system is not attested, and nothing is sealed";
    if (tpm_state(&kind, &vendor) == ERR_OK && kind != 0) {
        err_t err =
            steward_boot_report(profile, version, digest, &entry, &secure, &image.rollback_index);
        if (!err)
            err = steward_boot_policy(image.policy_key, image.policy, &measured);
        image.measured = !err && measured == BOOT_MEASURED;
        attest_begin(&attest, &image, transmit, &why);
    }
    say_line(why != NULL ? why : "measured; the TPM quotes and seals");
    next_look = sys_now();
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .deadline = look_due, .tick = on_look};
    begin();
    serve(start_page()->endpoint, &server);
}

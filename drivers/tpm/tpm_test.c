// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake.h"
#include "tests/unit.h"
#include "tpm.h"

enum { SIGNAL = 2, GUARD = 0xa5 };

static struct tpm t;
static uint8_t out[TPM_MESSAGE_MAX + 1];
static size_t length;
static const uint8_t command[12] = {0x80, 0x01, 0, 0, 0, 12, 0, 0, 1, 0x7b, 0, 8};

static void begin(uint32_t kind)
{
    fake_tpm_reset(kind);
    chip_begin(&t, SIGNAL);
}

static err_t ask(size_t cap)
{
    memset(out, GUARD, sizeof out);
    length = 77;
    err_t err = chip_transmit(&t, command, sizeof command, out, cap, &length);
    CHECK(err == ERR_OK || length == 77);
    CHECK_EQ(out[cap], GUARD);
    return err;
}

static void test_nobody(void)
{
    for (uint32_t kind = FAKE_NOBODY; kind <= FAKE_ZEROS; kind++) {
        begin(kind);
        CHECK_EQ(t.kind, TPM_NONE);
        CHECK_EQ(ask(100), ERR_NOT_FOUND);
        CHECK_EQ(ask(100), ERR_NOT_FOUND);
        CHECK_EQ(fake_tpm.now, 1000); // nothing was waited for
    }
}

static void test_transmit(uint32_t kind)
{
    begin(kind);
    CHECK_EQ(t.kind, kind == FAKE_CRB ? TPM_CRB : TPM_FIFO);
    CHECK_EQ(t.vendor, 0x10141ab3);
    for (uint32_t size = TPM_HEADER; size <= 3000; size += 199) {
        fake_tpm_answer(size);
        CHECK_EQ(ask(3000), ERR_OK);
        CHECK_EQ(length, size);
        CHECK(memcmp(out, fake_tpm.answer, size) == 0);
        CHECK_EQ(out[size], GUARD);
        CHECK_EQ(fake_tpm.command_size, sizeof command);
        CHECK(memcmp(fake_tpm.command, command, sizeof command) == 0);
    }
    fake_tpm_answer(101);
    CHECK_EQ(ask(100), ERR_TOO_SMALL);
    CHECK_EQ(ask(9), ERR_TOO_SMALL);
    fake_tpm_answer(100);
    CHECK_EQ(ask(100), ERR_OK); // it goes on
    uint8_t wrong[12];
    memcpy(wrong, command, sizeof wrong);
    CHECK_EQ(chip_transmit(&t, wrong, 9, out, 100, &length), ERR_BAD_ARGUMENT);
    wrong[5] = 13;
    CHECK_EQ(chip_transmit(&t, wrong, 12, out, 100, &length), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(100), ERR_OK);
}

// After one failure it is not asked again, and a failure ends.
static void failed(const char *what)
{
    nsec_t before = fake_tpm.now;
    CHECK_EQ(ask(4096), ERR_DEVICE);
    if (t.kind != TPM_FAILED || fake_tpm.now - before > 40000 * TPM_MSEC)
        printf("in: %s\n", what);
    CHECK_EQ(t.kind, TPM_FAILED);
    CHECK(fake_tpm.now - before <= 40000 * TPM_MSEC);
    before = fake_tpm.now;
    CHECK_EQ(ask(4096), ERR_DEVICE);
    CHECK_EQ(fake_tpm.now, before);
}

static void test_sizes(uint32_t kind)
{
    static const uint32_t lies[] = {0, 1, 9, 4097, 0x10000, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        begin(kind);
        fake_tpm_answer(lies[i]);
        failed("a size that cannot be");
    }
    begin(kind);
    fake_tpm.answer[1] = 0xc4; // a TPM 1.2
    failed("another tag");
}

static void test_hostile_fifo(void)
{
    bool *const flags[] = {&fake_tpm.never_ready, &fake_tpm.no_burst, &fake_tpm.hangs,
                           &fake_tpm.wants_more,  &fake_tpm.has_more, &fake_tpm.stops_early};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        begin(FAKE_FIFO);
        fake_tpm_answer(100);
        *flags[i] = true;
        failed("fifo");
        CHECK_EQ(fake_tpm.cancelled, fake_tpm.hangs);
    }
    fake_tpm_reset(FAKE_FIFO);
    fake_tpm.no_locality = true;
    chip_begin(&t, SIGNAL);
    CHECK_EQ(t.kind, TPM_FAILED);
    fake_tpm_reset(FAKE_FIFO);
    fake_tpm.not_valid = true;
    chip_begin(&t, SIGNAL);
    CHECK_EQ(t.kind, TPM_FAILED);
}

static void test_hostile_crb(void)
{
    bool *const flags[] = {&fake_tpm.never_ready, &fake_tpm.hangs, &fake_tpm.fails};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        begin(FAKE_CRB);
        *flags[i] = true;
        failed("crb");
        CHECK_EQ(fake_tpm.cancelled, fake_tpm.hangs);
    }
    static const uint64_t places[] = {0, 0xfed40000, 0xfed41080, 0x1fed40080, 0x200000};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        fake_tpm_reset(FAKE_CRB);
        fake_tpm.buffer = places[i];
        chip_begin(&t, SIGNAL);
        CHECK_EQ(t.kind, TPM_FAILED);
    }
    static const uint32_t rooms[] = {0, 9, 4096 - 0x80 + 1, 0xffffffff};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        fake_tpm_reset(FAKE_CRB);
        fake_tpm.room = rooms[i];
        chip_begin(&t, SIGNAL);
        CHECK_EQ(t.kind, TPM_FAILED);
    }
    fake_tpm_reset(FAKE_CRB);
    fake_tpm.room = 11;
    chip_begin(&t, SIGNAL);
    CHECK_EQ(ask(100), ERR_BAD_ARGUMENT); // the command is larger
}

// Secrets do not stay in the device's buffer.
static void test_wiped(void)
{
    begin(FAKE_CRB);
    CHECK_EQ(ask(100), ERR_OK);
    for (size_t i = 0x80; i < sizeof fake_tpm.memory; i++)
        CHECK_EQ(fake_tpm.memory[i], 0);
}

int main(void)
{
    test_nobody();
    test_transmit(FAKE_FIFO);
    test_transmit(FAKE_CRB);
    test_sizes(FAKE_FIFO);
    test_sizes(FAKE_CRB);
    test_hostile_fifo();
    test_hostile_crb();
    test_wiped();
    return unit_done();
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/fake.h"
#include "device/serial.h"
#include "tests/unit.h"

static uint8_t ring[UART_RING];
static struct serial s;
static const struct caller prompt = {.identity = 7}, other = {.identity = 8};

static void begin(void)
{
    fake_reset();
    CHECK_EQ(serial_begin(&s, ring, fake_answer), ERR_OK);
    CHECK_EQ(serial_deadline(&s), 0);
}

static void test_wait(void)
{
    begin();
    CHECK_EQ(serial_wait(&s, &prompt, 0), REPLY_LATER);
    CHECK_EQ(serial_deadline(&s), 0);
    serial_signal(&s, UART_BIT); // nothing came: the wait goes on
    CHECK_EQ(fake.answered, 0);
    CHECK_EQ(serial_wait(&s, &other, 0), ERR_BUSY);
    fake_arrive("a", 1);
    serial_signal(&s, UART_BIT);
    CHECK_EQ(fake.answered, 100);
    CHECK_EQ(fake.answer, ERR_OK);
    CHECK_EQ(serial_wait(&s, &prompt, 0), ERR_OK); // still unread
    uint8_t data[4];
    size_t length = 0;
    uint32_t lost = 1;
    CHECK_EQ(serial_read(&s, data, sizeof data, &length, &lost), ERR_OK);
    CHECK_EQ(length, 1);
    CHECK_EQ(lost, 0);
    CHECK_EQ(serial_wait(&s, &other, 0), REPLY_LATER); // free again
}

static void test_deadline(void)
{
    begin();
    CHECK_EQ(serial_wait(&s, &prompt, fake.now), ERR_TIMED_OUT);
    CHECK_EQ(serial_wait(&s, &prompt, fake.now + 5), REPLY_LATER);
    CHECK_EQ(serial_deadline(&s), fake.now + 5);
    serial_tick(&s);
    CHECK_EQ(fake.answer, ERR_TIMED_OUT);
    CHECK_EQ(serial_deadline(&s), 0);
    fake.answered = 0;
    serial_tick(&s); // nobody left
    CHECK_EQ(fake.answered, 0);
}

static void test_waiter_returns(void)
{
    begin();
    CHECK_EQ(serial_wait(&s, &prompt, 0), REPLY_LATER);
    CHECK_EQ(serial_wait(&s, &prompt, 0), REPLY_LATER);
    CHECK_EQ(fake.answered, 100);
    CHECK_EQ(fake.answer, ERR_BUSY);
    fake_arrive("a", 1);
    serial_signal(&s, UART_BIT);
    CHECK_EQ(fake.answered, 101);
}

// Input that arrives while output waits for the device must still end the wait.
static void test_input_during_output(void)
{
    uint8_t data[64] = {0};
    begin();
    CHECK_EQ(serial_wait(&s, &prompt, 0), REPLY_LATER);
    fake_arrive("a", 1);
    CHECK_EQ(serial_write(&s, data, sizeof data), ERR_OK);
    CHECK_EQ(fake.answered, 100);
}

static void test_discard(void)
{
    begin();
    fake_arrive("type-ahead", 10);
    serial_signal(&s, UART_BIT);
    CHECK_EQ(serial_discard(&s), ERR_OK);
    CHECK_EQ(serial_wait(&s, &prompt, 0), REPLY_LATER);
}

int main(void)
{
    test_wait();
    test_deadline();
    test_waiter_returns();
    test_input_during_output();
    test_discard();
    return unit_done();
}

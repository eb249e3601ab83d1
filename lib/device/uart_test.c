// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/fake.h"
#include "device/uart.h"
#include "tests/unit.h"
#include <stdlib.h>

static uint8_t ring[UART_RING];
static struct uart u;

static void begin(void)
{
    fake_reset();
    u = (struct uart){.ports = 3, .interrupt = 4, .signal = 2, .ring = ring};
    CHECK_EQ(uart_begin(&u), ERR_OK);
}

static void test_setup(void)
{
    begin();
    CHECK_EQ(fake.divisor[0], 1);
    CHECK_EQ(fake.divisor[1], 0);
    CHECK_EQ(fake.regs[3], 3);    // 8N1, the divisor hidden again
    CHECK_EQ(fake.regs[4], 0x0b); // OUT2 lets the interrupt out
    CHECK_EQ(fake.regs[1], 1);
    fake_reset();
    fake.absent = true;
    CHECK_EQ(uart_begin(&u), ERR_DEVICE);
    fake_reset();
    u = (struct uart){.ports = 3, .signal = 2}; // output only
    CHECK_EQ(uart_begin(&u), ERR_OK);
    CHECK_EQ(fake.regs[1], 0);
}

static void test_receive(void)
{
    uint8_t data[16];
    uint32_t lost = 9;
    begin();
    CHECK(!uart_waiting(&u));
    fake_arrive("hello", 5);
    CHECK_EQ(fake.pending, UART_BIT);
    uart_interrupt(&u);
    CHECK(!fake.masked);
    CHECK(uart_waiting(&u));
    CHECK_EQ(uart_take(&u, data, 3, &lost), 3);
    CHECK_EQ(lost, 0);
    CHECK_EQ(uart_take(&u, data + 3, sizeof data, &lost), 2);
    CHECK_MEM(data, "hello", 5);
    CHECK(!uart_waiting(&u));
}

static void test_lost(void)
{
    static uint8_t flood[UART_RING + 100], data[UART_RING + 1];
    uint32_t lost = 0;
    begin();
    for (size_t i = 0; i < sizeof flood; i++)
        flood[i] = (uint8_t)(i * 7);
    fake_arrive(flood, sizeof flood);
    while (fake.pending != 0) { // a flood is taken in portions
        fake.pending = 0;
        uart_interrupt(&u);
    }
    CHECK_EQ(fake.taken, sizeof flood);
    CHECK_EQ(uart_take(&u, data, sizeof data, &lost), UART_RING);
    CHECK_EQ(lost, 100);
    CHECK_MEM(data, flood, UART_RING);
    fake.overrun = true;
    uart_interrupt(&u);
    CHECK(uart_waiting(&u)); // a loss is worth telling
    CHECK_EQ(uart_take(&u, data, sizeof data, &lost), 0);
    CHECK_EQ(lost, 1);
}

static void test_send(void)
{
    uint8_t data[1000];
    begin();
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)rand();
    fake.pending = 8; // somebody else's bit comes during a pause
    CHECK_EQ(uart_write(&u, data, sizeof data), ERR_OK);
    CHECK_EQ(uart_drain(&u), ERR_OK);
    CHECK_EQ(fake.sent_size, sizeof data);
    CHECK_EQ(fake.fifo_over, 0);
    CHECK_MEM(fake.sent, data, sizeof data);
    CHECK_EQ(u.missed, 8);
}

static void test_stuck(void)
{
    uint8_t data[40] = {0};
    begin();
    fake.stuck = true;
    nsec_t before = fake.now;
    CHECK_EQ(uart_write(&u, data, sizeof data), ERR_DEVICE);
    CHECK(fake.now - before <= 250000000);
    before = fake.now;
    CHECK_EQ(uart_write(&u, data, sizeof data), ERR_DEVICE);
    CHECK_EQ(fake.now, before); // not waited for again
    fake.stuck = false;
    fake.fifo = 0;
    CHECK_EQ(uart_write(&u, data, sizeof data), ERR_OK);
}

static void test_receive_while_sending(void)
{
    uint8_t data[64] = {0};
    uint32_t lost;
    begin();
    fake_arrive("x", 1);
    CHECK_EQ(uart_write(&u, data, sizeof data), ERR_OK);
    CHECK_EQ(uart_take(&u, data, sizeof data, &lost), 1);
    CHECK_EQ(data[0], 'x');
}

static void test_discard(void)
{
    begin();
    fake_arrive("typed ahead", 11);
    memset(fake.arriving + fake.arriving_size, 'y', 5);
    fake.late_size = 5; // on its way when the discard begins
    fake.late_at = fake.now + 1500000;
    uart_discard(&u);
    CHECK(!uart_waiting(&u));
    CHECK_EQ(fake.taken, 16);
    CHECK(fake.now < 110000000); // an endless talker does not hold it up
}

int main(void)
{
    test_setup();
    test_receive();
    test_lost();
    test_send();
    test_stuck();
    test_receive_while_sending();
    test_discard();
    return unit_done();
}

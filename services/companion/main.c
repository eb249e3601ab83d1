// SPDX-License-Identifier: GPL-3.0-or-later
// The companion link's end in the device: the second serial port, which only this cell holds, and
// the questions that come through it. Everything from there is untrusted; this cell reads frames
// and hands out what is in them, nothing else.
#include "desk.h"
#include "device/uart.h"
#include "gen/companion.h"
#include "os/panic.h"
#include "os/serve.h"
#include "os/syscall.h"

enum { TURN = 4096 }; // bytes before others get their turn

static struct uart uart;
static uint8_t ring[UART_RING];
static struct desk desk;

// What does not leave, because nobody is there or reads, is asked for again.
static void frame_send(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    if (uart_write(&uart, data, size) != ERR_OK)
        return;
}

static void input_turn(void)
{
    static uint8_t data[TURN];
    uint32_t lost; // the frame that lacks them does not exist
    size_t size = uart_take(&uart, data, sizeof data, &lost);
    desk_input(&desk, data, size);
}

// Each channel's methods (abi/companion.idl).
#define CHANNELS(X) X(wallet, 0) X(install, 1) X(log, 2) X(attest, 3)

#define OPERATIONS(name, channel)                                                                  \
    static err_t wait_##name(const struct caller *who, uint64_t deadline)                          \
    {                                                                                              \
        return desk_wait(&desk, channel, who, deadline);                                           \
    }                                                                                              \
    static err_t take_##name(const struct caller *who, uint8_t *payload, size_t cap, size_t *size, \
                             uint32_t *type, uint32_t *number)                                     \
    {                                                                                              \
        return desk_take(&desk, channel, who, payload, cap, size, type, number);                   \
    }                                                                                              \
    static err_t answer_##name(const struct caller *who, uint32_t number, uint32_t status,         \
                               const uint8_t *payload, size_t size)                                \
    {                                                                                              \
        return desk_answer(&desk, channel, who, number, status, payload, size);                    \
    }
CHANNELS(OPERATIONS)
#undef OPERATIONS

static void on_message(struct message *m)
{
#define OPERATIONS(name, channel)                                                                  \
    .wait_##name = wait_##name, .take_##name = take_##name, .answer_##name = answer_##name,
    static const struct companion_ops ops = {CHANNELS(OPERATIONS)};
#undef OPERATIONS
    companion_dispatch(&ops, m);
}

static void on_signal(uint64_t bits)
{
    if ((bits & UART_BIT) != 0)
        uart_interrupt(&uart);
}

// Input that is left, or that came while an answer went out, is due at once.
static nsec_t next_deadline(void)
{
    return uart_waiting(&uart) ? sys_now() : desk_deadline(&desk);
}

static void on_deadline(void)
{
    input_turn();
    desk_tick(&desk);
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .signal = on_signal, .deadline = next_deadline, .tick = on_deadline};
    const struct start_info *start = start_page();
    uart = (struct uart){.ports = start->ports[0],
                         .interrupt = start->interrupts[0],
                         .signal = start->signal,
                         .ring = ring};
    ASSERT(uart_begin(&uart) == ERR_OK, "there is no serial port");
    desk_start(&desk, (uint32_t)sys_now(), frame_send, NULL);
    serve(start->endpoint, &server);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "x86_64/say.h"

#include "x86_64/cpu.h"

// 16550 UART: registers by offset from the port.
enum {
    PORT_TRUSTED = 0x3f8,
    PORT_LOG = 0x3e8,
    UART_DATA = 0,
    UART_INTERRUPTS = 1,
    UART_FIFO = 2,
    UART_LINE = 3,
    UART_MODEM = 4,
    UART_STATUS = 5,
    STATUS_EMPTY = 0x20,
    WAIT_MAX = 100000, // reads: a port that nobody serves does not hold the loader up for long
};

static void (*say_show)(const char *text);

static void uart_start(uint16_t port)
{
    port_out8((uint16_t)(port + UART_INTERRUPTS), 0);
    port_out8((uint16_t)(port + UART_LINE), 0x80); // divisor 1: 115200 baud
    port_out8((uint16_t)(port + UART_DATA), 1);
    port_out8((uint16_t)(port + UART_INTERRUPTS), 0);
    port_out8((uint16_t)(port + UART_LINE), 3); // 8 bits, no parity, 1 stop bit
    port_out8((uint16_t)(port + UART_FIFO), 7);
    port_out8((uint16_t)(port + UART_MODEM), 3);
}

static void uart_write(uint16_t port, const char *text)
{
    for (; *text != 0; text++) {
        for (unsigned i = 0; i < WAIT_MAX; i++)
            if ((port_in8((uint16_t)(port + UART_STATUS)) & STATUS_EMPTY) != 0)
                break;
        port_out8(port, (uint8_t)*text);
    }
}

void say_start(void)
{
    uart_start(PORT_TRUSTED);
    uart_start(PORT_LOG);
}

void say_progress(const char *text)
{
    uart_write(PORT_LOG, "boot: ");
    uart_write(PORT_LOG, text);
    uart_write(PORT_LOG, "\r\n");
}

void say_screen(void (*show)(const char *text))
{
    say_show = show;
}

static void write_trusted(const char *text)
{
    uart_write(PORT_TRUSTED, text);
}

static void write_log(const char *text)
{
    uart_write(PORT_LOG, text);
}

// The whole line at once, because firmware may show its screen on one of the ports too.
static void stop_write(void (*write)(const char *text), enum boot_stop why)
{
    write("\r\ncella: boot stopped: ");
    write(boot_stop_wrong(why));
    write(" - ");
    write(boot_stop_remedy(why));
    write("\r\n");
}

void stop(enum boot_stop why)
{
    stop_write(write_trusted, why);
    stop_write(write_log, why);
    if (say_show != NULL)
        stop_write(say_show, why);
    cpu_halt();
}

void stop_unless_clear(enum boot_stop answer)
{
    if (answer != BOOT_CLEAR)
        stop(answer);
}

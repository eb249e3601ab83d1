// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.h"

#include <string.h>

#include "crypto/wipe.h"
#include "gen/console.h"
#include "os/ipc.h"

// The length word and the bytes of the console's largest message.
enum { LEASE_USED = 8 + CONSOLE_WRITE_DATA_SIZE };
_Static_assert((int)CONSOLE_READ_DATA_SIZE <= (int)CONSOLE_WRITE_DATA_SIZE, "reads are no larger");

static struct {
    uint8_t output[CONSOLE_WRITE_DATA_SIZE];
    size_t output_used;
    uint8_t input[CONSOLE_READ_DATA_SIZE]; // secret: words are typed here; wiped as they are taken
    size_t input_next, input_used;
    bool trouble;
} terminal;

// Words pass through the pages that stubs lend: nothing of them stays there.
static void lease_wipe(void)
{
    wipe(ipc_lease_area(), LEASE_USED);
}

void terminal_flush(void)
{
    if (terminal.output_used > 0 && console_write(terminal.output, terminal.output_used))
        terminal.trouble = true; // T3
    lease_wipe();
    wipe(terminal.output, terminal.output_used);
    terminal.output_used = 0;
}

static void put(char c)
{
    if (terminal.output_used == sizeof terminal.output)
        terminal_flush();
    terminal.output[terminal.output_used++] = (uint8_t)c;
}

static void put_escaped(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    if (byte >= ' ' && byte <= '~') {
        put((char)byte);
        return;
    }
    put('\\'); // T1
    put('x');
    put(digits[byte >> 4]);
    put(digits[byte & 15]);
}

void terminal_span(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            put('\r');
            put('\n');
        } else {
            put_escaped((uint8_t)text[i]);
        }
    }
}

void terminal_text(const char *text)
{
    terminal_span(text, strlen(text));
}

void terminal_field(const void *bytes, size_t max)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < max && at[i] != 0; i++)
        put_escaped(at[i]);
}

void terminal_number(uint64_t value, size_t width, char fill)
{
    char digits[20];
    size_t used = 0;
    do {
        digits[used++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = used; i < width; i++)
        put(fill);
    while (used > 0)
        put(digits[--used]);
}

void terminal_hex(const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        put(digits[bytes[i] >> 4]);
        put(digits[bytes[i] & 15]);
    }
}

void terminal_forget(void)
{
    wipe(terminal.input, sizeof terminal.input);
    terminal.input_next = terminal.input_used = 0;
}

static err_t input_fetch(void)
{
    size_t used = 0;
    uint32_t lost = 0;
    terminal_forget();
    err_t err = console_read(terminal.input, sizeof terminal.input, &used, &lost);
    lease_wipe();
    if (err)
        return err;
    terminal.input_used = used;
    if (lost > 0)
        terminal.trouble = true; // T3
    return ERR_OK;
}

err_t terminal_byte(nsec_t deadline, uint8_t *byte)
{
    terminal_flush();
    while (terminal.input_next == terminal.input_used) {
        err_t err = input_fetch();
        if (!err && terminal.input_used == 0)
            err = console_wait(deadline);
        if (err && err != ERR_TIMED_OUT)
            terminal.trouble = true; // T3
        if (err)
            return err;
    }
    *byte = terminal.input[terminal.input_next];
    terminal.input[terminal.input_next++] = 0;
    return ERR_OK;
}

bool terminal_feed(struct line *line, uint8_t byte)
{
    struct line_echo echo;
    bool done = line_byte(line, byte, &echo);
    for (size_t i = 0; i < echo.length; i++)
        put(echo.text[i]);
    return done;
}

bool terminal_line(struct line *line, const char *sign, bool secret)
{
    uint8_t byte;
    terminal_text(sign);
    line_begin(line, secret);
    do {
        if (terminal_byte(0, &byte))
            return false;
    } while (!terminal_feed(line, byte));
    return true;
}

void terminal_discard(void)
{
    terminal_flush();
    if (console_discard())
        terminal.trouble = true; // T3
    terminal_forget();           // T2
}

bool terminal_trouble(void)
{
    return terminal.trouble;
}

void terminal_calm(void)
{
    terminal.trouble = false;
}
